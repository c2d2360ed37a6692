import FileSystemSeam
import KeyStore
import TestSupport
import Testing

/// A root key file that others replace whenever it is opened.
@Suite("Root keys that are replaced again and again")
final class RootRetryTests {
    private let temporary: TemporaryDirectory
    private let place: any Directory
    private let store: StoreID

    init() throws {
        temporary = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        place = try PosixFileSystem.shared.openDirectory(temporary.path)
        store = try #require(StoreID(bytes: [UInt8](repeating: 1, count: 16)))
        try RootKeyFile(in: temporary.path, fileSystem: PosixFileSystem.shared).prepare(1, keeping: nil, for: store)
    }

    /// Acts before each call of a name, at most a hundred times: without a bound, whoever tries would never come back.
    private func root(before name: SystemCall.Name, count: Condition<Int>, _ act: @escaping @Sendable () -> Void)
        -> RootKeyFile
    {
        let fileSystem = PosixFileSystem { call in
            guard call.name == name else { return nil }
            let isDue = count.withLock { count in
                count += 1
                return count <= 100
            }
            if isDue { act() }
            return nil
        }
        return RootKeyFile(in: temporary.path, fileSystem: fileSystem)
    }

    private func expectStale(_ body: () throws -> Void) {
        do {
            try body()
            Issue.record("it came to an end")
        } catch RootKeyError.io(let error, let file) {
            #expect(error.code == .staleHandle && file == temporary.path + "/root.key")
        } catch {
            Issue.record(error)
        }
    }

    /// Between the opening of the file and the look at its name: then it is given up, and nothing is written.
    @Test func theFileIsOpenedEightTimes() throws {
        let key = try place.readFile("root.key", maximumBytes: 2000)
        let count = Condition(0)
        let root = root(before: .flock, count: count) { [place] in
            try? place.remove("root.key")
            try? place.open("root.key", [.write, .create], permissions: .ownerFile).writeAll(key, at: 0)
        }
        expectStale { try root.prepare(2, keeping: 1, for: store) }
        // To lock it, and to unlock it.
        #expect(count.withLock { $0 } == 2 * 8)
        #expect(try place.readFile("root.key", maximumBytes: 2000) == key)
    }

    /// Before a new one is locked, as by who takes it for a leftover: what is at its name by then goes, too.
    @Test func aNewOneIsMadeEightTimes() throws {
        try place.remove("root.key")
        let count = Condition(0)
        let root = root(before: .flock, count: count) { [place] in
            for entry in (try? place.entries()) ?? [] {
                try? place.remove(entry.name)
                _ = try? place.open(entry.name, [.write, .create], permissions: .ownerFile)
            }
        }
        expectStale { try root.prepare(1, keeping: nil, for: store) }
        // To lock it, and to unlock it.
        #expect(count.withLock { $0 } == 2 * 8)
        #expect(try place.entries().isEmpty)
    }
}
