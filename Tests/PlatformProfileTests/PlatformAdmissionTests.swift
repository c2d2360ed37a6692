import FileSystemSeam
import PlatformProfile
import TestSupport
import Testing

/// What a store asks of its platform, call by call.
@Suite("Admission of a store")
struct PlatformAdmissionTests {
    private let disk = SimDisk()
    private let told = Condition([PlatformDiagnostics]())

    private var observer: OpenObserver { OpenObserver { [told] seen in told.withLock { $0.append(seen) } } }

    private func admission(
        _ fileSystem: any FileSystem,
        profile: String? = nil,
        _ policy: AdmissionPolicy = .standard,
        _ observer: OpenObserver? = nil
    ) -> PlatformAdmission {
        PlatformAdmission(
            to: "/store",
            profilePath: profile,
            withoutProfile: policy,
            fileSystem: fileSystem,
            observer: observer
        )
    }

    private func code(_ body: () throws(PlatformError) -> Void) -> String? {
        do throws(PlatformError) {
            try body()
            return nil
        } catch {
            return error.code
        }
    }

    private func makeStore(_ fileSystem: any FileSystem) throws -> any Directory {
        let root = try fileSystem.openDirectory("/")
        try root.makeDirectory("store", permissions: .ownerDirectory)
        return try root.subdirectory("store")
    }

    /// Puts another directory in the place of the store.
    private func replaceStore(_ fileSystem: any FileSystem) throws -> any Directory {
        let root = try fileSystem.openDirectory("/")
        try root.rename("store", to: "moved", in: root, exclusive: true)
        return try makeStore(fileSystem)
    }

    // MARK: A glance

    @Test func aLocalDiskCostsOneCall() throws {
        let fileSystem = disk.boot()
        let store = try makeStore(fileSystem)
        let admission = admission(fileSystem)
        disk.trace = []
        try admission.require(writing: true, holding: store)
        try admission.confirm(store)
        #expect(disk.trace.map(\.operation) == [.mountFacts])
        // Another handle is glanced at again, and then no more.
        let another = try store.reopened()
        disk.trace = []
        try admission.confirm(another)
        try admission.confirm(another)
        try admission.require(writing: true, holding: another)
        #expect(disk.trace.map(\.operation) == [.mountFacts])
        #expect(admission.diagnostics == nil)
    }

    @Test func readingCostsNothingAndIsAdmittedAnywhere() throws {
        disk.mountFacts.fileSystemType = "nfs4"
        let fileSystem = disk.boot()
        let store = try makeStore(fileSystem)
        let admission = admission(fileSystem)
        disk.trace = []
        try admission.require(writing: false)
        try admission.confirm(store, writing: false)
        #expect(disk.trace.isEmpty)
    }

    /// Who asks for fields asks also when only reading.
    @Test func requiredFieldsAreLookedAtBeforeReading() throws {
        disk.mapsAreCoherent = false
        let fileSystem = disk.boot()
        let store = try makeStore(fileSystem)
        let demanding = admission(fileSystem, .require([.sharedMaps]))
        #expect(
            code { () throws(PlatformError) in try demanding.require(writing: false) } == "platform_unfit"
        )
        let content = admission(fileSystem, .require([.lockHandles]))
        try content.require(writing: false)
        try content.confirm(store, writing: false)
        #expect(content.diagnostics?.evidence.depth == .standard)
        #expect(content.diagnostics?.evidence.contents.sharedMaps == .observed(false))
    }

    /// Types that no number is known of, and numbers that no type is known of.
    @Test(arguments: [
        ("nfs4", 0x6969, "platform_unfit"), ("", 0x6969, "platform_unfit"), ("", 0x7461_636F, "platform_unfit"),
        ("newfs", 0x1234, nil), ("", 0x1234, nil), ("", 0xEF53, nil), ("9p", 0xEF53, nil), ("", 0x794C_7630, nil),
        ("fuse.sshfs", 0x6573_5546, "platform_unfit"), ("fuse.gocryptfs", 0x6573_5546, nil),
    ])
    func whatStatisticsDoNotDecideIsLookedAt(_ type: String, _ magic: UInt64, _ refusal: String?) throws {
        disk.mountFacts.fileSystemType = type
        disk.mountFacts.magic = magic
        let fileSystem = disk.boot()
        let store = try makeStore(fileSystem)
        #expect(
            code { () throws(PlatformError) in
                try admission(fileSystem).require(writing: true, holding: store)
            } == refusal
        )
        #expect(code { () throws(PlatformError) in try admission(fileSystem).require(writing: true) } == refusal)
        #expect(
            code { () throws(PlatformError) in
                try admission(fileSystem, .warn).require(writing: true, holding: store)
            } == nil
        )
    }

    @Test func aMountThatBecameReadOnlyIsRefusedToTheNextHandle() throws {
        let fileSystem = disk.boot()
        let store = try makeStore(fileSystem)
        disk.mountFacts.isReadOnly = true
        let admission = admission(fileSystem)
        #expect(
            code { () throws(PlatformError) in
                try admission.require(writing: true, holding: store)
            } == "platform_unfit"
        )
        disk.mountFacts.isReadOnly = false
        try admission.require(writing: true, holding: store)
    }

    // MARK: Looking again under the lock

    @Test(arguments: [false, true])
    func aDirectoryThatCameInItsPlaceIsNotAdmitted(_ withProfile: Bool) throws {
        let fileSystem = disk.boot()
        _ = try makeStore(fileSystem)
        let evidence = PlatformObserver(fileSystem, budgetNanoseconds: 60_000_000_000).observe("/store")
        try fileSystem.openDirectory("/").replaceAtomically("profile", with: HostProfile(evidence).encoded())
        let admission = admission(fileSystem, profile: withProfile ? "/profile" : nil, .standard, observer)
        try admission.require(writing: true)
        let other = try replaceStore(fileSystem)
        #expect(code { () throws(PlatformError) in try admission.confirm(other) } == "platform_unconfirmed")
        #expect(told.withLock { $0.isEmpty })
        #expect(admission.diagnostics == nil)
        // The next call looks again, at what is there now.
        try admission.require(writing: true)
        try admission.confirm(other)
        #expect(told.withLock { $0.count } == 1)
        #expect(admission.diagnostics?.evidence.identity == (try other.status().identity))
    }

    @Test func aDirectoryThatCameInThePlaceOfAnAdmittedOneIsLookedAt() throws {
        let fileSystem = disk.boot()
        let store = try makeStore(fileSystem)
        let admission = admission(fileSystem, .standard, observer)
        try admission.require(writing: true)
        for _ in 0..<3 { try admission.confirm(store) }
        #expect(told.withLock { $0.count } == 1)
        let other = try replaceStore(fileSystem)
        try admission.confirm(other)
        #expect(
            told.withLock { $0.map(\.evidence.identity) } == [
                try store.status().identity, try other.status().identity,
            ]
        )
        _ = try fileSystem.openDirectory("/").rename(
            "moved",
            to: "again",
            in: fileSystem.openDirectory("/"),
            exclusive: true
        )
        let third = try replaceStore(fileSystem)
        disk.mountFacts.fileSystemType = "nfs"
        #expect(code { () throws(PlatformError) in try admission.confirm(third) } == "platform_unfit")
    }

    @Test func aStoreThatIsMadeAfterTheLookIsAdmitted() throws {
        let fileSystem = disk.boot()
        let admission = admission(fileSystem, .standard, observer)
        try admission.require(writing: true)
        let store = try makeStore(fileSystem)
        try admission.confirm(store)
        #expect(told.withLock { $0.count } == 1)
    }

    @Test func whatCannotBeLookedAtAgainIsNotAdmitted() throws {
        let fileSystem = disk.boot()
        let store = try makeStore(fileSystem)
        let admission = admission(fileSystem, .standard, observer)
        try admission.require(writing: true)
        disk.faults = .on(.status, 1, .error(.inputOutput))
        #expect(code { () throws(PlatformError) in try admission.confirm(store) } == "platform_unconfirmed")
        #expect(told.withLock { $0.isEmpty })
    }

    // MARK: Diagnostics

    @Test func diagnosticsLookWhenNothingWasSeen() throws {
        let fileSystem = disk.boot()
        _ = try makeStore(fileSystem)
        let probes = try #require(fileSystem.hostProbes)
        try probes.makeSymbolicLink("link", to: "store", in: fileSystem.openDirectory("/"))
        disk.mountFacts.fileSystemOptions = ["nobarrier"]
        let admission = PlatformAdmission(to: "link", profilePath: nil, fileSystem: fileSystem)
        let told = try admission.diagnostics(atLeast: .passive, configuration: ["a": "b"], counts: ["records": 3])
        #expect(told.path == "link" && told.directory == "/store")
        #expect(told.configuration == ["a": "b"] && told.counts == ["records": 3])
        #expect(told.evidence.processClockEpochMarkerNanoseconds > 0)
        #expect(told.admission.warnings.map(\.field) == ["mount.options"])
        #expect(told.summary.admission.storeLock == .rejected)
        let tried = try admission.diagnostics(atLeast: .standard, configuration: [:], counts: [:])
        #expect(tried.summary.admission.storeLock == .named("AtomicNoFollow"))
    }
}
