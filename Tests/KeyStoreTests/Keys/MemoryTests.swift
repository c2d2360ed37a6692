#if os(Linux)
import FileSystemSeam
import Foundation
import KeyStore
import TestSupport
import Testing

/// What of a key can be found in the memory of a process, and of its child. Each runs in a process of its own, which
/// nobody else writes to.
@Suite("Keys in memory")
struct MemoryTests {
    /// Twelve keys in a store on the real disk; they are read from its memory, which a test in this package can.
    @Test func secretsAreGoneAfterClose() async throws {
        await #expect(processExitsWith: .success) {
            let temporary = try TemporaryDirectory()
            let store = try MemoryTests.store(temporary.path)
            var inverted = try (0..<12).map { try store.invertedKey(of: .entity("e\($0)")) }
            inverted += try store.invertedSecrets()
            let memory = try ProcessMemory()
            for (index, key) in inverted.enumerated() where memory.occurrences(ofInverted: key) == 0 {
                MemoryTests.fail("the search does not find secret \(index), which is there", Int32(40 + index))
            }
            // Destroyed ones are gone at once.
            _ = try store.shred(.entity("e3"), reason: "")
            if try ProcessMemory().occurrences(ofInverted: inverted[3]) != 0 {
                MemoryTests.fail("a destroyed key is there", 12)
            }
            store.close()
            let after = try ProcessMemory()
            for (index, key) in inverted.enumerated() {
                let count = after.occurrences(ofInverted: key)
                if count != 0 { MemoryTests.fail("secret \(index) stands \(count) times in memory", Int32(20 + index)) }
            }
        }
    }

    @Test func aForkedChildGetsNone() async throws {
        await #expect(processExitsWith: .success) {
            let temporary = try TemporaryDirectory()
            let store = try MemoryTests.store(temporary.path)
            let inverted = try store.invertedKey(of: .entity("e1"))
            let key = try #require(try store.key(.entity("e1")))
            let status = try MemoryTests.inChild {
                guard let memory = try? ProcessMemory(), memory.occurrences(ofInverted: inverted) == 0 else { return 2 }
                do throws(KeyStoreError) {
                    _ = try key.seal(nonce: [UInt8](repeating: 0, count: 24), associatedData: [], plaintext: [])
                    return 3
                } catch {
                    guard case .forked = error else { return 4 }
                }
                do throws(KeyStoreError) {
                    _ = try store.seal([], scope: .entity("e1"), associatedData: [])
                    return 5
                } catch {
                    guard case .forked = error else { return 6 }
                }
                do throws(KeyStoreError) {
                    _ = try store.receipt(1)
                    return 7
                } catch {
                    guard case .forked = error else { return 8 }
                }
                return 0
            }
            if status != 0 { MemoryTests.fail("the child ended so", status) }
            // The parent goes on.
            _ = try store.seal([], scope: .entity("e1"), associatedData: [])
        }
    }

    /// The child's copy of a passphrase is zeros: a keyset that was wrapped with what is derived from them opens for
    /// anyone.
    @Test func aForkedChildDerivesNothingFromAPassphrase() async throws {
        await #expect(processExitsWith: .success) {
            let temporary = try TemporaryDirectory()
            let root = try MemoryTests.passphrase()
            let (made, moved) = (temporary.path + "/made", temporary.path + "/moved")
            let file = RootKeyFile(in: temporary.path, fileSystem: PosixFileSystem.shared)
            let status = try MemoryTests.inChild {
                do throws(KeyStoreError) {
                    _ = try ScopedKeyStore.open(made, root: root, fileSystem: PosixFileSystem.shared)
                    return 2
                } catch {
                    guard case .root(.failed) = error else { return 3 }
                }
                do throws(KeyStoreError) {
                    let store = try ScopedKeyStore.open(moved, root: file, fileSystem: PosixFileSystem.shared)
                    do throws(KeyStoreError) {
                        try store.rewrap(root)
                        return 4
                    } catch {
                        guard case .root(.failed) = error else { return 5 }
                    }
                    // The root key of before is whole.
                    _ = try ScopedKeyStore.open(moved, root: file, fileSystem: PosixFileSystem.shared)
                } catch {
                    return 6
                }
                return 0
            }
            if status != 0 { MemoryTests.fail("the child ended so", status) }
            // The parent goes on.
            _ = try ScopedKeyStore.open(made, root: root, fileSystem: PosixFileSystem.shared)
        }
    }

    /// The store's own keys are locked, and what a generation and its root key need is not any more.
    @Test(arguments: [false, true]) func receiptsNameEveryMemoryThatIsNotLocked(isPassphrase: Bool) async throws {
        await #expect(processExitsWith: .success) { [isPassphrase = isPassphrase as Bool] in
            let test = try TestKeys()
            let root: any RootKeyProvider = isPassphrase ? try MemoryTests.passphrase() : test.root()
            let store = try test.open(root: root)
            for entity in ["a", "b"] { _ = try store.seal("x", for: entity) }
            guard store.memoryProtections?.contains(.locked) == true else {
                MemoryTests.fail("nothing is locked here at all", 0)
            }
            if try store.shred(.entity("a"), reason: "").residualRisks.contains(.memoryNotLocked) {
                MemoryTests.fail("all is locked, and the receipt says otherwise", 2)
            }
            MemoryTests.refuseLocking()
            if try !store.shred(.entity("b"), reason: "").residualRisks.contains(.memoryNotLocked) {
                MemoryTests.fail("the receipt does not say so", 3)
            }
        }
    }

    /// The same of the provider alone.
    @Test func providersNameTheirMemory() async throws {
        await #expect(processExitsWith: .success) {
            let test = try TestKeys()
            let passphrase = try MemoryTests.passphrase()
            let store = try test.open()
            _ = try store.seal("x", for: "a")
            let receipt = try store.shred(.entity("a"), reason: "")
            let isLockable = !receipt.residualRisks.contains(.memoryNotLocked)
            let id = receipt.store
            for isRefused in [false, true] {
                if isRefused { MemoryTests.refuseLocking() }
                let file = try test.root().destroyAllBut(receipt.generationAfter, for: id)
                if file.risks.contains(.memoryNotLocked) != (isRefused || !isLockable) {
                    MemoryTests.fail("the key file says \(file)", 2)
                }
                // It says nothing of overwriting.
                if file.assurance != .effaced { MemoryTests.fail("the key file says \(file)", 3) }
            }
            let made = try passphrase.destroyAllBut(1, for: id)
            if made.risks.contains(.memoryNotLocked) == isLockable {
                MemoryTests.fail("the passphrase says \(made)", 4)
            }
            let late = try MemoryTests.passphrase().destroyAllBut(1, for: id)
            if !late.risks.contains(.memoryNotLocked) { MemoryTests.fail("the passphrase says \(late)", 5) }
        }
    }

    /// From now on the system locks no more memory for this process: as somebody else than the administrator, with a
    /// limit of 0.
    static func refuseLocking() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(8), &limit)
        guard isLocking() else { return }
        _ = seteuid(65534)
        if isLocking() { fail("memory is locked in spite of its limit", 9) }
    }

    private static func isLocking() -> Bool {
        (try? GuardedMemory(byteCount: 1))?.protections.contains(.locked) ?? false
    }

    static func passphrase() throws -> PassphraseRoot {
        var bytes = Array("correct horse".utf8)
        let cost = PassphraseRoot.Cost(passes: 1, memoryBytes: 8192)
        return try PassphraseRoot(wiping: &bytes, cost: cost, fileSystem: PosixFileSystem.shared)
    }

    static func store(_ path: String) throws -> ScopedKeyStore {
        let fileSystem = PosixFileSystem.shared
        let root = RootKeyFile(in: path, fileSystem: fileSystem)
        let store = try ScopedKeyStore.open(path + "/keys", root: root, fileSystem: fileSystem)
        for number in 0..<12 { _ = try store.seal([1, 2, 3], scope: .entity("e\(number)"), associatedData: []) }
        return store
    }

    static func fail(_ message: String, _ code: Int32) -> Never {
        FileHandle.standardError.write(Data("\(message)\n".utf8))
        exit(code)
    }

    /// The exit code of a child that runs `body` and nothing else.
    static func inChild(_ body: () -> Int32) throws -> Int32 {
        let fork = unsafeBitCast(dlsym(nil, "fork"), to: (@convention(c) () -> Int32).self)
        let child = fork()
        if child == 0 { _exit(body()) }
        var status: Int32 = 0
        waitpid(child, &status, 0)
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 100 + (status & 0x7f)
    }
}
#endif
