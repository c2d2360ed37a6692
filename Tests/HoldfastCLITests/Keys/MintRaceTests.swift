#if os(Linux)
import Canonical
import FileSystemSeam
import HoldfastCLI
import TestSupport
import Testing

/// `keys mint` and another process that is at the same scope between its minting and its writing.
@Suite("holdfast keys mint, overtaken")
struct MintRaceTests {
    /// Runs `keys mint` for a, and `act` once, when its key was made and is not written yet.
    private static func mint(_ keys: borrowing KeyDirectory, _ act: @escaping @Sendable () -> Void) -> CommandRun {
        let previous = Condition<SystemCall.Name?>(nil)
        let pending = Condition<(@Sendable () -> Void)?>(act)
        let fileSystem = PosixFileSystem { call in
            // Only minting looks at the journal and then takes random bytes.
            let isMinting = previous.withLock { previous in
                defer { previous = call.name }
                return previous == .statx && call.name == .getrandom
            }
            if isMinting { pending.withLock { $0.take() }?() }
            return nil
        }
        let run = CommandRun(["keys", "mint", keys.path, "--entity", "a"] + keys.root, fileSystem: fileSystem)
        #expect(pending.withLock { $0 == nil }, "nothing came in between")
        return run
    }

    private static func other(_ keys: borrowing KeyDirectory, _ command: String) -> @Sendable () -> Void {
        let words = ["keys", command, keys.path, "--entity", "a"] + keys.root
        return { _ = CommandRun(words) }
    }

    @Test func theKeyOfAnotherIsThereAlready() throws {
        let keys = try KeyDirectory()
        let run = Self.mint(keys, Self.other(keys, "mint"))
        #expect(run.code == .done && run.output.hasPrefix("there already: key "), "\(run.output)\(run.error)")
        let id = try keys.run("mint", "--entity", "a", "--json").json()["key_id"]?.string ?? "none"
        #expect(run.output.contains(id))
    }

    /// What it tells of is a key that boxes can be sealed with.
    @Test func aDestroyedKeyIsNotGiven() throws {
        let keys = try KeyDirectory()
        let (mint, shred) = (Self.other(keys, "mint"), Self.other(keys, "shred"))
        let run = Self.mint(keys) {
            mint()
            shred()
        }
        #expect(run.code == .done && run.output.hasPrefix("minted: key "), "\(run.output)\(run.error)")
        #expect(run.output.hasSuffix(", version 2\n"))
        let now = try keys.run("mint", "--entity", "a", "--json").json()
        #expect(now["existing"] == .bool(true) && now["state"]?.string == "current")
        #expect(run.output.contains(now["key_id"]?.string ?? "none"))
    }
}
#endif
