import FileSystemSeam
import KeyStore
import TestSupport
import Testing

/// What a store does with a keyset that is, and is not, the one on disk: on the real machine, call by call.
@Suite("Looking at a keyset without its lock")
final class LookTests {
    private let temporary: TemporaryDirectory
    private let calls = Condition([String]())
    /// Runs once, before the next call of this name.
    private let interruption = Condition<(name: SystemCall.Name, act: @Sendable () -> Void)?>(nil)

    init() throws { temporary = try TemporaryDirectory() }

    private func open(_ fileSystem: PosixFileSystem = .shared) throws -> ScopedKeyStore {
        let root = RootKeyFile(in: temporary.path, fileSystem: PosixFileSystem.shared)
        return try ScopedKeyStore.open(temporary.path + "/keys", root: root, fileSystem: fileSystem)
    }

    private var watched: PosixFileSystem {
        PosixFileSystem { [calls, interruption] call in
            calls.withLock { $0.append(call.name.rawValue) }
            let act = interruption.withLock { next in
                guard next?.name == call.name else { return nil as (@Sendable () -> Void)? }
                return next.take()?.act
            }
            act?()
            return nil
        }
    }

    private func made(by body: () throws -> Void) rethrows -> [String] {
        calls.withLock { $0 = [] }
        try body()
        return calls.withLock { $0 }
    }

    @Test func theCallsAreFew() throws {
        let store = try open(watched)
        let box = try store.seal("x", for: "a")
        #expect(try made { _ = try store.seal("y", for: "a") } == ["getrandom", "statx", "statx"])
        #expect(try made { _ = try store.read(box, for: "a") } == ["statx", "statx"])
        #expect(try made { _ = try store.contains(.entity("b")) } == ["statx", "statx"])
        #expect(try made { _ = try store.key(.entity("a")) } == ["statx", "statx"])
        #expect(try made { _ = try store.mint(.entity("c")) } == ["statx", "statx", "getrandom"])
        #expect(
            try made { try store.flush() } == [
                // Both locks and the look at the lock file; checkpoint and journal; the record; the place; and both
                // locks.
                "flock", "flock", "fstatat", "statx", "statx", "getrandom", "pwrite64", "fdatasync", "statx", "flock",
                "flock",
            ]
        )
    }

    /// The key is destroyed before the box is made, or after that and before it is handed out.
    @Test(arguments: [SystemCall.Name.getrandom, .statx])
    func aBoxIsNotHandedOutWhoseKeyWasDestroyedMeanwhile(_ moment: SystemCall.Name) throws {
        let store = try open(watched)
        let before = try store.seal("x", for: "a")
        let other = try open()
        interruption.withLock {
            $0 = (moment, { _ = try? other.shred(.entity("a"), reason: "meanwhile") })
        }
        let box = try store.seal("y", for: "a")
        #expect(interruption.withLock { $0 == nil })
        #expect(box.keyID != before.keyID)
        #expect(try store.read(before, for: "a") == "shredded")
        #expect(try store.read(box, for: "a") == "y")
        #expect(try open().read(box, for: "a") == "y")
    }

    /// The same for what a box held.
    @Test func aPlaintextIsNotHandedOutWhoseKeyWasDestroyedMeanwhile() throws {
        let store = try open(watched)
        let box = try store.seal("x", for: "a")
        let other = try open()
        interruption.withLock {
            $0 = (.statx, { _ = try? other.shred(.entity("a"), reason: "meanwhile") })
        }
        #expect(try store.read(box, for: "a") == "shredded")
        #expect(interruption.withLock { $0 == nil })
    }

    /// A scope's key is made by another process after it was seen that there is none.
    @Test func aKeyThatWasMadeMeanwhileIsTheScopes() throws {
        let store = try open(watched)
        let other = try open()
        let boxes = Condition([SealedBox]())
        let act: @Sendable () -> Void = {
            if let box = try? other.seal("theirs", for: "a") { boxes.withLock { $0.append(box) } }
        }
        interruption.withLock { $0 = (.getrandom, act) }
        _ = try store.mint(.entity("a"))
        #expect(throws: KeyStoreError.mintConflict) { try store.flush() }
        let theirs = try #require(boxes.withLock { $0.first })
        let box = try store.seal("ours", for: "a")
        #expect(box.keyID == theirs.keyID)
        #expect(try store.read(theirs, for: "a") == "theirs")
        #expect(try other.read(box, for: "a") == "ours")
    }
}
