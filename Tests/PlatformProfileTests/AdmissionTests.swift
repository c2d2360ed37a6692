import FileSystemSeam
import PlatformProfile
import TestSupport
import Testing

@Suite("Admission of a platform")
struct AdmissionTests {
    private static func observe(
        depth: ProbeDepth = .standard,
        _ change: (SimDisk) -> Void = { _ in }
    ) -> PlatformEvidence {
        let disk = SimDisk()
        change(disk)
        return PlatformObserver(disk.boot(), budgetNanoseconds: 60_000_000_000).observe("/", depth: depth)
    }

    private static let recorded = StoredProfile.host(HostProfile(observe()))

    /// A change of the platform, and the fields that tell of it.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fields: Set<String>
        let apply: @Sendable (SimDisk) -> Void

        init(_ name: String, _ fields: Set<String>, _ apply: @escaping @Sendable (SimDisk) -> Void) {
            testDescription = name
            self.fields = fields
            self.apply = apply
        }
    }

    private static let changes = [
        Change("another file system", ["mount.type", "mount.source"]) { disk in
            disk.mountFacts.fileSystemType = "tmpfs"
            disk.mountFacts.magic = 0x0102_1994
        },
        Change("a volatile overlay", ["mount.type", "mount.source", "mount.volatile"]) { disk in
            disk.mountFacts.fileSystemType = "overlay"
            disk.mountFacts.fileSystemOptions = ["volatile"]
        },
        Change("no barriers", ["mount.no_barriers"]) { $0.mountFacts.fileSystemOptions = ["nobarrier"] },
        Change("a data mode", ["mount.data_mode"]) { $0.mountFacts.fileSystemOptions = ["data=writeback"] },
        Change("short names", ["mount.name_maximum_bytes"]) { $0.mountFacts.nameLengthMaximum = 143 },
        Change("maps that are not coherent", ["contents.shared_maps"]) { $0.mapsAreCoherent = false },
        Change("no locks on files", ["lock.excludes_handles"]) { disk in
            disk.faults = .on(.lock, 1, .error(.notSupported))
        },
        Change("no locks on directories", ["lock.excludes_on_directories"]) { disk in
            disk.faults = .on(.lockDirectory, 1, .error(.notSupported))
        },
        Change("a sync that fails", ["sync.file"]) { $0.faults = .on(.sync, 1, .error(.inputOutput)) },
        Change("a sync of names that is refused", ["sync.directory"]) { disk in
            disk.faults = .on(.syncDirectory, 1, .error(.invalidArgument))
        },
        Change("a sync of contents that fails", ["sync.data"]) { $0.faults = .on(.sync, 4, .error(.inputOutput)) },
        Change("no exclusive rename", ["names.exclusive_rename_refuses"]) { disk in
            disk.faults = .on(.rename, 2, .error(.notSupported))
        },
    ]

    @Test(arguments: changes)
    func everyChangeIsRefusedAndNamed(_ change: Change) {
        let evidence = Self.observe { change.apply($0) }
        let admission = AdmissionPolicy.exact(Self.recorded).judge(evidence)
        #expect(!admission.isAdmitted)
        #expect(Set(admission.refusals.map(\.field)) == change.fields)
        for delta in admission.refusals {
            #expect(delta.kind == .capability && delta.expected != delta.observed && !delta.remedy.isEmpty)
        }
    }

    /// A profile of schema 1 has few members, and refuses all the same whatever no store can do without.
    @Test(arguments: changes)
    func whatNoStoreCanDoWithoutIsRefusedByAShortProfileToo(_ change: Change) {
        let legacy = StoredProfile.legacy(LegacyProfile(Self.observe()))
        #expect(AdmissionPolicy.exact(legacy).judge(Self.observe()).isAdmitted)
        let admission = AdmissionPolicy.exact(legacy).judge(Self.observe { change.apply($0) })
        let essential = change.fields.intersection(CapabilityField.essential.map(\.rawValue))
        #expect(essential.isSubset(of: admission.refusals.map(\.field)))
        let isRefused = !essential.isEmpty || change.fields.contains("contents.shared_maps")
        #expect(admission.isAdmitted == !isRefused)
    }

    /// Also when it was recorded so.
    @Test func namesThatCannotBeSyncedAreRefusedByAShortProfileThatSaysSo() throws {
        let lame: (SimDisk) -> Void = { $0.faults = .on(.syncDirectory, 1, .error(.invalidArgument)) }
        let legacy = LegacyProfile(Self.observe(lame))
        #expect(legacy.parentDirectorySync == .named("RenameOnly"))
        let admission = AdmissionPolicy.exact(.legacy(legacy)).judge(Self.observe(lame))
        #expect(admission.refusals.map(\.field) == ["sync.directory"])
    }

    @Test func theSamePlatformIsAdmitted() {
        let admission = AdmissionPolicy.exact(Self.recorded).judge(Self.observe())
        #expect(admission.isAdmitted)
        // Simulated syncs take no time, which no real disk manages.
        #expect(admission.deltas.map(\.field) == ["sync.file"])
    }

    /// Nothing is known of the platform then: neither the disk nor the file system is blamed.
    @Test(
        arguments: [
            (.accessDenied, "EACCES", "let this user write"), (.noSpace, "ENOSPC", "make room"),
            (.quotaExceeded, "EDQUOT", "make room"), (.tooManyOpenFiles, "EMFILE", "close files"),
            (.inputOutput, "EIO", "look at the disk"),
        ] as [(ErrorNumber, String, String)]
    )
    func aFailedLookIsToldWithItsReason(_ code: ErrorNumber, _ symbol: String, _ remedy: String) throws {
        let evidence = Self.observe { $0.faults = .on(.makeDirectory, 1, .error(code)) }
        let legacy = StoredProfile.legacy(LegacyProfile(Self.observe()))
        for profile in [Self.recorded, legacy] {
            let refusals = AdmissionPolicy.exact(profile).judge(evidence).refusals
            let locks = try #require(refusals.first { $0.field == "lock.excludes_handles" })
            #expect(locks.observed == "probe_failed")
            #expect(locks.description.contains(symbol) && locks.remedy.contains(remedy), "\(locks)")
            #expect(!refusals.contains { $0.remedy.contains("keep the store on") || $0.remedy.contains("record the") })
        }
        // A profile does not say why.
        let other = Self.observe { $0.faults = .on(.makeDirectory, 1, .error(.staleHandle)) }
        #expect(HostProfile(evidence).fingerprint == HostProfile(other).fingerprint)
    }

    @Test func anotherKernelIsAWarning() throws {
        let admission = AdmissionPolicy.exact(Self.recorded).judge(Self.observe { $0.hostFacts.kernelRelease = "2" })
        #expect(admission.isAdmitted)
        let warning = try #require(admission.warnings.first)
        #expect(warning.field == "about.kernel" && warning.kind == .identity)
        #expect(warning.expected == "Simulated 1" && warning.observed == "Simulated 2")
    }

    @Test func anotherContainerAndAnotherClockAreWarnings() {
        let evidence = Self.observe {
            $0.hostFacts.container = "docker"
            $0.hostFacts.clockSource = "hpet"
            $0.hostFacts.bootID = "another boot"
        }
        let admission = AdmissionPolicy.exact(Self.recorded).judge(evidence)
        #expect(admission.isAdmitted)
        let identities = admission.warnings.filter { $0.kind == .identity }
        #expect(identities.map(\.field) == ["about.clock_source", "about.container"])
        #expect(HostProfile(evidence).fingerprint == HostProfile(Self.observe()).fingerprint)
    }

    /// A profile that says that locks do not exclude admits no host, not even the one that it describes.
    @Test func whatNoStoreCanDoWithoutIsRefusedAlsoWhenItWasRecorded() {
        let lame: (SimDisk) -> Void = { $0.faults = .on(.lock, 1, .error(.notSupported)) }
        let profile = StoredProfile.host(HostProfile(Self.observe(lame)))
        let admission = AdmissionPolicy.exact(profile).judge(Self.observe(lame))
        #expect(admission.refusals.map(\.field) == ["lock.excludes_handles"])
    }

    @Test func policiesAskForWhatTheySay() {
        let lame = Self.observe { $0.mapsAreCoherent = false }
        #expect(AdmissionPolicy.observe.judge(lame).deltas.isEmpty)
        #expect(AdmissionPolicy.require([.sharedMaps]).judge(lame).refusals.map(\.field) == ["contents.shared_maps"])
        #expect(AdmissionPolicy.require([.lockProcesses, .mountType]).judge(lame).isAdmitted)
        #expect(AdmissionPolicy.standard.judge(lame).isAdmitted)
        let network = Self.observe(depth: .passive) { $0.mountFacts.fileSystemType = "nfs4" }
        #expect(AdmissionPolicy.standard.judge(network).refusals.map(\.field) == ["mount.source"])
        #expect(AdmissionPolicy.warn.judge(network).isAdmitted)
        #expect(AdmissionPolicy.warn.judge(network).warnings.map(\.field) == ["mount.source"])
        // What is behind a program may be another machine, too: known ones are refused, and of the others it is told.
        let known = Self.observe(depth: .passive) { $0.mountFacts.fileSystemType = "fuse.sshfs" }
        #expect(AdmissionPolicy.standard.judge(known).refusals.map(\.field) == ["mount.source"])
        for type in ["fuse.gocryptfs", "9p", "virtiofs"] {
            let unknown = Self.observe(depth: .passive) { $0.mountFacts.fileSystemType = type }
            let admission = AdmissionPolicy.standard.judge(unknown)
            #expect(admission.isAdmitted && admission.warnings.map(\.field) == ["mount.source"])
            #expect(admission.warnings.first?.observed == "fuse (\(type))")
        }
        let readOnly = Self.observe { $0.mountFacts.isReadOnly = true }
        #expect(AdmissionPolicy.standard.judge(readOnly).refusals.map(\.field) == ["mount.read_only"])
        #expect(readOnly.locks == LockEvidence(), "a read-only mount is not tried")
        let suspect = Self.observe(depth: .passive) { $0.mountFacts.fileSystemOptions = ["nobarrier"] }
        #expect(AdmissionPolicy.standard.judge(suspect).isAdmitted)
        #expect(AdmissionPolicy.standard.judge(suspect).warnings.map(\.field) == ["mount.options"])
    }

    // MARK: The gate

    private func put(_ bytes: [UInt8], _ fileSystem: any FileSystem) throws {
        try fileSystem.openDirectory("/").replaceAtomically("profile", with: bytes)
    }

    private func error(_ body: () throws -> Void) throws -> PlatformError? {
        do {
            try body()
            return nil
        } catch let error as PlatformError {
            return error
        }
    }

    @Test func aStoreThatIsNotThereIsJudgedByWhereItWillBe() throws {
        let fileSystem = SimDisk().boot()
        try put(HostProfile(Self.observe()).encoded(), fileSystem)
        let gate = PlatformGate(to: "/a/b//c/", profilePath: "/profile", fileSystem: fileSystem)
        let passed = try gate.pass()
        #expect(passed.evidence.path == "/a/b//c/")
        #expect(passed.admission.isAdmitted)
        #expect(try fileSystem.openDirectory("/").entries().map(\.name) == ["profile"])
    }

    @Test func aProfileThatCannotBeReliedOnRefuses() throws {
        let fileSystem = SimDisk().boot()
        let gate = PlatformGate(to: "/store", profilePath: "//profile", fileSystem: fileSystem)
        #expect(try error { _ = try gate.pass() } == .invalid(path: "//profile", .missing))
        for (text, code) in [
            ("{not json", "not_json"), ("{}", "malformed"), ("{\"schema_version\":7}", "wrong_schema"),
        ] {
            try put(Array(text.utf8), fileSystem)
            guard case .invalid("//profile", let reason)? = try error({ _ = try gate.pass() }) else {
                Issue.record("\(text) was taken")
                continue
            }
            #expect(reason.code == code)
        }
        try fileSystem.openDirectory("/").makeDirectory("nested", permissions: .ownerDirectory)
        let nested = PlatformGate(to: "/store", profilePath: "/nested", fileSystem: fileSystem)
        #expect(try error { _ = try nested.pass() }?.code == "platform_profile_invalid")
        #expect(try fileSystem.openDirectory("/").entries().count == 2)
    }

    @Test func anotherPlatformIsAMismatchAndLeavesNothing() throws {
        let disk = SimDisk()
        let fileSystem = disk.boot()
        try put(HostProfile(Self.observe { $0.mapsAreCoherent = false }).encoded(), fileSystem)
        let gate = PlatformGate(to: "/store", profilePath: "/profile", fileSystem: fileSystem)
        guard case .mismatch("/profile", let deltas)? = try error({ _ = try gate.pass() }) else {
            Issue.record("it was admitted")
            return
        }
        #expect(deltas.map(\.field) == ["contents.shared_maps"])
        #expect(try fileSystem.openDirectory("/").entries().map(\.name) == ["profile"])
        // Without the requirement it is admitted.
        _ = try PlatformGate(to: "/store", profilePath: nil, fileSystem: fileSystem).pass()
        disk.mountFacts.fileSystemType = "nfs"
        let plain = PlatformGate(to: "/store", profilePath: nil, fileSystem: fileSystem)
        #expect(try error { _ = try plain.pass() }?.code == "platform_unfit")
    }
}
