import CrashTesting
import FileSystemSeam
import KeyStore
import TestSupport
import Testing

/// Two stores that are given one root key file at the same time: it serves one of them, and the other one is told so.
@Suite("One root key file for two stores")
struct KeyStoreSharedRootTests {
    private typealias Process = @Sendable (any FileSystem, ([UInt8]) -> Void) throws -> Void

    private static let paths = ["/a", "/b"]
    private static let own = ["a.key", "b.key"]
    private static let shared = "root.key"

    private static func open(
        _ path: String,
        _ key: String,
        _ fileSystem: any FileSystem
    ) throws(KeyStoreError) -> ScopedKeyStore {
        try ScopedKeyStore.open(path, root: KeyStoreStory.root(fileSystem, key), fileSystem: fileSystem)
    }

    private static func seal(_ store: ScopedKeyStore) throws(KeyStoreError) -> [UInt8] {
        try store.seal([1], scope: .entity("p"), associatedData: []).bytes
    }

    /// What a process does; that the file is the other one's is an answer, and so is that there is none for the moment
    /// in which the other one puts its own in the place of what an attempt left that came to nothing.
    private static func refusable(
        _ body: @escaping @Sendable (any FileSystem, ([UInt8]) -> Void) throws(KeyStoreError) -> Void
    ) -> Process {
        { fileSystem, say in
            do throws(KeyStoreError) {
                try body(fileSystem, say)
            } catch {
                switch error {
                case .root(.otherStore), .root(.missing), .root(.failed), .wrongRoot, .keysetMissing: break
                default: throw error
                }
            }
        }
    }

    private static func makes(_ path: String) -> Process {
        refusable { (fileSystem, say) throws(KeyStoreError) in
            let store = try open(path, shared, fileSystem)
            defer { store.close() }
            say(try seal(store))
        }
    }

    private static func moves(_ index: Int) -> Process {
        refusable { (fileSystem, say) throws(KeyStoreError) in
            let store = try open(paths[index], own[index], fileSystem)
            defer { store.close() }
            try store.rewrap(KeyStoreStory.root(fileSystem, shared))
            say(try seal(store))
        }
    }

    private static func explorer(kills: Int) -> InterleavingExplorer {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = 1
        explorer.killMaximum = kills
        explorer.scheduleMaximum = runsLongTests ? 100_000 : 600
        return explorer
    }

    /// Boxes open, with the first of some root keys that is the store's.
    private static func expectToOpen(
        _ boxes: [[UInt8]],
        _ path: String,
        _ keys: [String],
        _ fileSystem: any FileSystem
    ) throws {
        do {
            let store: ScopedKeyStore
            do throws(KeyStoreError) {
                store = try open(path, keys[0], fileSystem)
            } catch {
                guard case .wrongRoot = error, keys.count > 1 else { throw error }
                store = try open(path, keys[1], fileSystem)
            }
            defer { store.close() }
            for box in boxes {
                let opened = try store.open(try SealedBox(parsing: box), associatedData: [])
                try CheckFailure.unless(opened == .plaintext([1]), "a box of \(path) holds something else")
            }
        } catch let error as KeyStoreError {
            throw CheckFailure("\(path) has lost its keys: \(error)")
        }
    }

    /// Nothing is left beside the keys by those who were not killed.
    private static func expectNames(_ names: [String], _ fileSystem: any FileSystem) throws {
        let found = try fileSystem.openDirectory(KeyStoreStory.secrets).entries().map(\.name)
        try CheckFailure.unless(Set(found).isSubset(of: names), "beside the keys lies something: \(found)")
    }

    /// Both are made with it.
    @Test(arguments: [0, 1]) func oneOfTwoNewStoresHasIt(kills: Int) throws {
        let winners = Condition(Set<Int>())
        let report = try Self.explorer(kills: kills).explore(
            prepare: { _ = try $0.openDirectory(KeyStoreStory.secrets, creating: .ownerDirectory) },
            processes: Self.paths.map(Self.makes)
        ) { (fileSystem, outcomes) in
            let told = outcomes.indices.filter { !outcomes[$0].acknowledged.isEmpty }
            for index in told {
                try Self.expectToOpen(outcomes[index].acknowledged, Self.paths[index], [Self.shared], fileSystem)
                winners.withLock { _ = $0.insert(index) }
            }
            if outcomes.contains(where: \.wasKilled) { return }
            try CheckFailure.unless(told.count == 1, "of two stores \(told.count) were made")
            try Self.expectNames([Self.shared], fileSystem)
        }
        #expect(report.failure == nil, "\(report)")
        #expect(winners.withLock { $0.count } == 2)
    }

    /// Both have keys, and are moved to it: the one that is has destroyed the secrets that it had before.
    @Test(arguments: [0, 1]) func oneOfTwoStoresIsMovedToIt(kills: Int) throws {
        let winners = Condition(Set<Int>())
        let boxes = Condition([[UInt8]]())
        let report = try Self.explorer(kills: kills).explore(
            prepare: { fileSystem in
                _ = try fileSystem.openDirectory(KeyStoreStory.secrets, creating: .ownerDirectory)
                let sealed = try zip(Self.paths, Self.own).map { path, key in
                    let store = try Self.open(path, key, fileSystem)
                    defer { store.close() }
                    return try Self.seal(store)
                }
                boxes.withLock { $0 = sealed }
            },
            processes: [Self.moves(0), Self.moves(1)]
        ) { (fileSystem, outcomes) in
            for (index, path) in Self.paths.enumerated() {
                let told = outcomes[index].acknowledged
                if !told.isEmpty { winners.withLock { _ = $0.insert(index) } }
                let all = [boxes.withLock { $0[index] }] + told
                try Self.expectToOpen(all, path, [Self.own[index], Self.shared], fileSystem)
            }
            if outcomes.contains(where: \.wasKilled) { return }
            let told = outcomes.count { !$0.acknowledged.isEmpty }
            try CheckFailure.unless(told == 1, "of two stores \(told) were moved")
            try Self.expectNames([Self.shared] + Self.own, fileSystem)
        }
        #expect(report.failure == nil, "\(report)")
        #expect(winners.withLock { $0.count } == 2)
    }
}
