import FileSystemSeam
import Foundation
import PlatformProfile
import TestSupport
import Testing

@Suite("Looking at a platform")
struct ObservationTests {
    private static func observe(
        _ fileSystem: any FileSystem,
        _ path: String,
        _ depth: ProbeDepth = .standard
    ) -> PlatformEvidence {
        PlatformObserver(fileSystem, budgetNanoseconds: 60_000_000_000).observe(path, depth: depth)
    }

    /// Everything that a store relies on, as a disk of this machine does it.
    @Test func aDiskDoesWhatStoresRelyOn() throws {
        let temporary = try TemporaryDirectory()
        let evidence = Self.observe(PosixFileSystem.shared, temporary.path)
        #expect(evidence.pathStatus == .directory)
        #expect(evidence.isSymbolicLink == .observed(false))
        #expect(evidence.locks.excludesHandles == .observed(true))
        #expect(evidence.locks.excludesProcesses == .observed(true))
        #expect(evidence.locks.endsWithProcess == .observed(true))
        #expect(evidence.locks.excludesOnDirectories == .observed(true))
        #expect(evidence.locks.refusesSymbolicLinks == .observed(true))
        #expect(evidence.names.renameReplaces == .observed(true))
        #expect(evidence.names.exclusiveRenameRefuses == .observed(true))
        #expect(evidence.names.links == .observed(true))
        #expect(evidence.names.removedFilesStayUsable == .observed(true))
        #expect(evidence.names.caseMatters == .observed(true))
        #expect(evidence.contents.positionedReads == .observed(true))
        #expect(evidence.contents.sharedMaps == .observed(true))
        #expect(evidence.monotonicClock == .observed(true))
        #expect(evidence.processClockEpochMarkerNanoseconds > 0)
        #expect(evidence.elapsedNanoseconds > evidence.sync.file.value ?? 0)
        for time in [evidence.sync.file, evidence.sync.data, evidence.sync.barrier, evidence.sync.directory] {
            #expect(time.value != nil)
        }
        #expect(evidence.mount.value?.type.isEmpty == false)
        #expect(evidence.host.value?.pageSizeBytes ?? 0 >= 4096)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == [])
    }

    @Test func aPassiveLookMakesNothingAndTriesNothing() throws {
        let temporary = try TemporaryDirectory()
        let calls = Condition([String]())
        let fileSystem = PosixFileSystem { call in
            calls.withLock { $0.append(call.name.rawValue) }
            return nil
        }
        let evidence = Self.observe(fileSystem, temporary.path, .passive)
        #expect(evidence.mount.value != nil)
        #expect(evidence.sync == SyncEvidence())
        #expect(evidence.locks == LockEvidence())
        #expect(evidence.names == NameEvidence())
        #expect(evidence.contents == ContentEvidence())
        let made = Set(calls.withLock { $0 })
        let harmless: Set = [
            "open", "openat", "close", "fstat", "lstat", "statx", "fstatat", "fstatfs", "read", "readlink",
        ]
        #expect(made.isSubset(of: harmless), "\(made)")
    }

    @Test func whatStandsAtThePathIsTold() throws {
        let temporary = try TemporaryDirectory()
        let missing = Self.observe(PosixFileSystem.shared, temporary.path + "/missing")
        #expect(missing.pathStatus == .missing)
        #expect(missing.locks == LockEvidence())
        try Data().write(to: URL(filePath: temporary.path + "/file"))
        #expect(Self.observe(PosixFileSystem.shared, temporary.path + "/file").pathStatus == .notDirectory)
        try FileManager.default.createDirectory(atPath: temporary.path + "/real", withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: temporary.path + "/link",
            withDestinationPath: temporary.path + "/real"
        )
        let linked = Self.observe(PosixFileSystem.shared, temporary.path + "/link/")
        #expect(linked.pathStatus == .directory)
        #expect(linked.isSymbolicLink == .observed(true))
    }

    @Test func theSimulatorIsLookedAtToo() throws {
        let disk = SimDisk()
        let evidence = Self.observe(disk.boot(), "/")
        #expect(evidence.locks.excludesProcesses == .observed(true))
        #expect(evidence.locks.endsWithProcess == .observed(true))
        #expect(evidence.contents.sharedMaps == .observed(true))
        #expect(evidence.names.unnamedFiles == .unsupported(.notSupported))
        #expect(try disk.boot().openDirectory("/").entries().isEmpty)
    }

    /// What fails is told as what it is, and nothing else is affected.
    @Test func faultsAreEvidence() throws {
        let disk = SimDisk()
        disk.mapsAreCoherent = false
        disk.faults = FaultPlan([
            FaultPlan.Entry(.lock, occurrence: 1, .error(.notSupported)),
            FaultPlan.Entry(.syncDirectory, occurrence: 1, .error(.inputOutput)),
        ])
        let evidence = Self.observe(disk.boot(), "/")
        #expect(evidence.locks.excludesHandles == .unsupported(.notSupported))
        #expect(evidence.sync.directory == .probeFailed(.inputOutput))
        #expect(evidence.contents.sharedMaps == .observed(false))
        #expect(evidence.locks.excludesOnDirectories == .observed(true))
        disk.faults = .on(.map, 1, .error(.noDevice))
        #expect(Self.observe(disk.boot(), "/").contents.sharedMaps == .unsupported(.noDevice))
    }

    /// A file system that cannot map says ENODEV, and a kernel or a sandbox without a call ENOSYS.
    @Test(arguments: [ENODEV, ENOSYS])
    func whatTheSystemDoesNotHaveIsNoFailedLook(_ number: Int32) throws {
        let disk = SimDisk()
        let code = ErrorNumber(rawValue: number)
        disk.faults = .on(.map, 1, .error(code))
        let evidence = Self.observe(disk.boot(), "/")
        #expect(evidence.contents.sharedMaps == .unsupported(code))
        let text = try #require(LegacySamples.all["mmap_unavailable.profile"])
        #expect(String(decoding: LegacyProfile(evidence).encoded(), as: UTF8.self) == text)
    }

    /// Without a directory to try things in nothing was tried, whatever the reason: nothing is known to be wanting or
    /// there.
    @Test(arguments: [ErrorNumber.notPermitted, .notSupported, .noSpace])
    func whereNothingCanBeTriedNothingIsSaid(_ code: ErrorNumber) {
        let disk = SimDisk()
        disk.faults = .on(.makeDirectory, 1, .error(code))
        let evidence = Self.observe(disk.boot(), "/")
        #expect(evidence.sync.directory == .probeFailed(code))
        #expect(evidence.locks.excludesHandles == .probeFailed(code))
        let legacy = LegacyProfile(evidence)
        #expect(legacy.admission == LegacyAdmission())
        #expect(legacy.parentDirectorySync != .named("RenameOnly"))
    }

    /// A map is written to without leave of the file system: a full disk is noticed before.
    @Test func aFullDiskSaysNothingOfMaps() {
        let disk = SimDisk()
        disk.faults = .on(.write, 2, .error(.noSpace))
        let evidence = Self.observe(disk.boot(), "/")
        #expect(evidence.contents.positionedReads == .observed(true))
        #expect(evidence.contents.sharedMaps == .probeFailed(.noSpace))
    }

    /// A clock that goes back is what this is looked for; it is told, and no time is negative.
    @Test func aClockThatGoesBackIsTold() {
        let evidence = Self.observe(FallingClock(SimDisk().boot()), "/")
        #expect(evidence.monotonicClock == .observed(false))
        #expect(evidence.elapsedNanoseconds == 0)
        #expect(evidence.sync.file == .observed(0))
    }

    /// A lock that hangs, as on a network file system whose server is gone.
    @Test func aProbeThatHangsIsLeftBehind() throws {
        let temporary = try TemporaryDirectory()
        let goesOn = Condition(false)
        let ended = Condition(false)
        let fileSystem = PosixFileSystem { call in
            if call.name == .flock { _ = goesOn.wait { $0 ? true : nil } }
            if call.name == .clone, goesOn.withLock({ $0 }) { ended.withLock { $0 = true } }
            return nil
        }
        let evidence = PlatformObserver(fileSystem, budgetNanoseconds: 50_000_000).observe(temporary.path)
        #expect(evidence.locks.excludesHandles == .timedOut)
        #expect(evidence.sync.file == .timedOut)
        #expect(evidence.contents.sharedMaps == .timedOut)
        #expect(evidence.mount.value != nil)
        // It ends by itself when it can, and removes what it made.
        goesOn.withLock { $0 = true }
        goesOn.broadcast()
        while try !FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty { usleep(1000) }
    }

    @Test func twoLooksDoNotDisturbEachOther() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path
        let found = Condition([PlatformEvidence]())
        let threads = try (0..<4).map { _ in
            try FileSystemSeam.Thread.start(name: "looker") {
                for _ in 0..<3 {
                    let evidence = Self.observe(PosixFileSystem.shared, path)
                    found.withLock { $0.append(evidence) }
                }
            }
        }
        for thread in threads { thread.join() }
        let all = found.withLock { $0 }
        #expect(all.count == 12)
        for evidence in all {
            #expect(evidence.locks == all[0].locks)
            #expect(evidence.names == all[0].names)
            #expect(evidence.contents.sharedMaps == .observed(true))
            #expect(evidence.sync.directory.value != nil)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [])
    }

    /// A device without a cache, or with one that outlives a power cut, is as quick without losing anything.
    @Test func quickSyncsOfADeviceThatWritesThroughAreNotSuspect() {
        for (writesBack, isSuspect) in [(true, true), (nil, true), (false, false)] as [(Bool?, Bool)] {
            let disk = SimDisk()
            disk.writesBack = writesBack
            let evidence = Self.observe(disk.boot(), "/")
            #expect(evidence.sync.file.value ?? .max < 20_000, "simulated syncs take no time")
            #expect(evidence.deviceWritesBack.value == writesBack)
            #expect(evidence.durabilitySuspect == isSuspect)
        }
    }

    @Test func theHostTellsWhereAndWhenItRuns() throws {
        let temporary = try TemporaryDirectory()
        let host = try #require(Self.observe(PosixFileSystem.shared, temporary.path, .passive).host.value)
        #expect(host.bootID == PosixFileSystem.shared.processIdentity.bootID ?? "")
        #if os(Linux)
        #expect(!host.clockSource.isEmpty && !host.container.isEmpty && host.bootID.count == 36)
        #endif
    }

    @Test func holesAreTried() throws {
        let disk = SimDisk()
        #expect(Self.observe(disk.boot(), "/").contents.holePunching == .observed(true))
        let temporary = try TemporaryDirectory(in: "/dev/shm")
        #expect(Self.observe(PosixFileSystem.shared, temporary.path).contents.holePunching == .observed(true))
    }

    @Test(arguments: [
        ("ext4", 0xEF53, MountEvidence.Source.local), ("nfs4", 0x6969, .network), ("fuse.sshfs", 0x6573_5546, .network),
        ("fuse.glusterfs", 0x6573_5546, .network), ("fuse.ceph-fuse", 0x6573_5546, .network),
        ("fuse.gocryptfs", 0x6573_5546, .fuse), ("fuse", 0x6573_5546, .fuse), ("fuse.ext4", 0x6573_5546, .fuse),
        ("virtiofs", 0x6573_5546, .fuse), ("", 0x6573_5546, .fuse), ("", 0x1983_0326, .network),
        ("overlay", 0x794C_7630, .overlay), ("tmpfs", 0x0102_1994, .memory), ("", 0x6969, .network),
        ("", 0x0102_1994, .memory), ("somethingfs", 0xEF53, .unknown), ("9p", 0x0102_1997, .fuse), ("", 0, .unknown),
    ])
    func sourcesAreToldApart(_ type: String, _ magic: UInt64, _ source: MountEvidence.Source) {
        var facts = SimDisk().mountFacts
        facts.fileSystemType = type
        facts.magic = magic
        #expect(MountEvidence(facts).source == source)
    }

    @Test(arguments: [
        (["rw", "volatile"], true), (["rw", "nobarrier"], true), (["rw", "barrier=0"], true),
        (["rw", "relatime"], false),
        (["rw", "data=ordered"], false), (["fsync=volatile"], true), (["rw", "fsync_mode=nobarrier"], true),
        (["rw", "fsync_mode=posix"], false), (["rw", "barrier"], false),
    ])
    func optionsThatGiveUpDurabilityAreSuspect(_ options: [String], _ isSuspect: Bool) throws {
        let disk = SimDisk()
        disk.mountFacts.fileSystemOptions = options
        let evidence = Self.observe(disk.boot(), "/", .passive)
        #expect(evidence.durabilitySuspect == isSuspect)
    }

    /// The mount table leaves out what is the file system's own default. What is every file system's default stays
    /// unsaid, so that profiles stay as they are.
    @Test func defaultsOfTheFileSystemItselfAreSeen() {
        let disk = SimDisk()
        disk.mountFacts.effectiveOptions = ["rw", "delalloc", "barrier", "data=ordered"]
        let usual = Self.observe(disk.boot(), "/", .passive)
        #expect(usual.capabilities[.mountNoBarriers] == "no" && usual.capabilities[.mountDataMode] == "")
        #expect(!usual.durabilitySuspect)
        disk.mountFacts.effectiveOptions = ["rw", "delalloc", "nobarrier", "data=writeback"]
        let changed = Self.observe(disk.boot(), "/", .passive)
        #expect(changed.capabilities[.mountNoBarriers] == "yes" && changed.capabilities[.mountDataMode] == "writeback")
        #expect(changed.durabilitySuspect)
        let told = AdmissionPolicy.standard.judge(changed).warnings.first
        #expect(told?.observed.hasSuffix("by the file system's own default, nobarrier") == true)
        disk.mountFacts.fileSystemOptions = ["rw", "data=ordered"]
        #expect(Self.observe(disk.boot(), "/", .passive).capabilities[.mountDataMode] == "ordered")
    }
}
