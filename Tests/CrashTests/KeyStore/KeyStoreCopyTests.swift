import CrashTesting
import FileSystemSeam
import KeyStore
import TestSupport
import Testing

/// A store and a copy of its directory, each with a lock of its own, and one root key file for both.
@Suite("Copies of a key store's directory")
struct KeyStoreCopyTests {
    private typealias Process = @Sendable (any FileSystem, (String) -> Void) throws -> Void

    private static let copy = "/copy"
    private static let prepared = KeyStoreStory(description: "", before: ["p", "q"]) { _, _, _ in }

    /// Makes a store with a box each of `p` and `q`, and copies its directory.
    private static func prepare(_ fileSystem: any FileSystem) throws {
        try prepared.prepare(fileSystem)
        let from = try fileSystem.openDirectory(KeyStoreStory.path)
        let to = try fileSystem.openDirectory(copy, creating: .ownerDirectory)
        for entry in try from.entries() where entry.kind == .regular {
            let bytes = try from.readFile(entry.name, maximumBytes: 1 << 20)
            try to.publishExclusively(entry.name, bytes, syncDirectory: true)
        }
    }

    private static func open(_ path: String, _ fileSystem: any FileSystem) throws(KeyStoreError) -> ScopedKeyStore {
        try ScopedKeyStore.open(path, root: KeyStoreStory.root(fileSystem), fileSystem: fileSystem)
    }

    /// What listing keys does.
    private static func list(_ path: String, _ fileSystem: any FileSystem) throws(KeyStoreError) {
        let store = try open(path, fileSystem)
        defer { store.close() }
        _ = try store.keyRecords()
    }

    private static func shred(_ entity: String, _ path: String, _ fileSystem: any FileSystem) throws(KeyStoreError) {
        let store = try open(path, fileSystem)
        defer { store.close() }
        _ = try store.shred(.entity(entity), reason: "")
    }

    /// The states of the keys of a scope, after a box was sealed and opened.
    private static func states(
        _ entity: String,
        _ path: String,
        _ fileSystem: any FileSystem
    ) throws -> Set<KeyRecord.State> {
        let store = try open(path, fileSystem)
        defer { store.close() }
        let box = try store.seal([1], scope: .entity("new"), associatedData: [])
        try CheckFailure.unless(try store.open(box, associatedData: []) == .plaintext([1]), "a box does not open")
        return Set(try store.keyRecords(of: .entity(entity)).map(\.state))
    }

    /// Its destruction is cut short before every change; a copy is looked at; the store goes on.
    @Test func whoLooksAtACopyDestroysNothing() throws {
        var operation = 0
        var refusals = 0
        while true {
            let disk = SimDisk()
            try Self.prepare(disk.boot())
            let first = disk.boot()
            let kill = KillSwitch(first, at: operation)
            do {
                try Self.shred("p", KeyStoreStory.path, first)
            } catch {}
            kill.end()
            do {
                try Self.list(Self.copy, disk.boot())
            } catch {
                // Its generation is over.
                guard case .rolledBack = error else { throw error }
                refusals += 1
            }
            let last = disk.boot()
            #expect(try Self.states("q", KeyStoreStory.path, last) == [.current], "killed before change \(operation)")
            try Self.shred("p", KeyStoreStory.path, last)
            #expect(try Self.states("p", KeyStoreStory.path, last) == [.destroyed], "killed before change \(operation)")
            #expect(try KeyStoreStory.root(last).inventory(of: nil).generations.count == 1)
            if !kill.hasKilled { break }
            operation += 1
        }
        #expect(operation > 20 && refusals > 0 && refusals < operation)
    }

    private static func explorer(kills: Int) -> InterleavingExplorer {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = 1
        explorer.killMaximum = kills
        explorer.scheduleMaximum = runsLongTests ? 100_000 : 200
        return explorer
    }

    /// The same at the same time.
    @Test func norDoesHeMeanwhile() throws {
        let destroys: Process = { fileSystem, say in
            try Self.shred("p", KeyStoreStory.path, fileSystem)
            say("p")
        }
        let looks: Process = { fileSystem, _ in
            do throws(KeyStoreError) {
                try Self.list(Self.copy, fileSystem)
            } catch {
                guard case .rolledBack = error else { throw error }
            }
        }
        let report = try Self.explorer(kills: 1).explore(
            prepare: Self.prepare,
            processes: [destroys, looks]
        ) { (fileSystem, outcomes) in
            let states = try Self.states("q", KeyStoreStory.path, fileSystem)
            try CheckFailure.unless(states == [.current], "q is \(states)")
            if outcomes[0].acknowledged.isEmpty { return }
            let destroyed = try Self.states("p", KeyStoreStory.path, fileSystem)
            try CheckFailure.unless(destroyed == [.destroyed], "p was destroyed, and is \(destroyed)")
        }
        #expect(report.failure == nil, "\(report)")
    }

    private static func goesOn(_ entity: String, _ path: String) -> Process {
        { fileSystem, say in
            do throws(KeyStoreError) {
                try shred(entity, path, fileSystem)
                say(entity)
            } catch {
                switch error {
                case .wrongRoot, .rolledBack, .root(.unknownGeneration): break
                default: throw error
                }
            }
        }
    }

    /// Who goes on with the copy at the same time takes the other's secrets. One of the two is told so, and not that a
    /// key was destroyed in a store that nobody opens any more.
    @Test func onlyOneGoesOn() throws {
        let seen = Condition(Set<Int>())
        let report = try Self.explorer(kills: 0).explore(
            prepare: Self.prepare,
            processes: [Self.goesOn("p", KeyStoreStory.path), Self.goesOn("q", Self.copy)]
        ) { (fileSystem, outcomes) in
            let told = outcomes.map { !$0.acknowledged.isEmpty }
            seen.withLock { _ = $0.insert(told[0] ? 0 : 1) }
            try CheckFailure.unless(told.contains(true), "neither went on")
            for (entity, other, path, isTold) in [
                ("p", "q", KeyStoreStory.path, told[0]), ("q", "p", Self.copy, told[1]),
            ] where isTold {
                let states = [
                    try Self.states(entity, path, fileSystem), try Self.states(other, path, fileSystem),
                ]
                try CheckFailure.unless(states == [[.destroyed], [.current]], "in \(path): \(states)")
            }
        }
        #expect(report.failure == nil, "\(report)")
        #expect(seen.withLock { $0.count } == 2)
    }
}
