import FileSystemSeam
import Foundation
import Journal
import PlatformProfile
import TestSupport
import Testing

/// A journal is not opened on a platform that is not the one its profile describes.
@Suite("A journal and its platform")
struct PlatformTests {
    private let disk = SimDisk()
    private let opened = Condition([PlatformDiagnostics]())

    private func journal(_ profile: String?, at path: String = "/place/journal") -> ApprovalJournal {
        let observer = OpenObserver { [opened] diagnostics in opened.withLock { $0.append(diagnostics) } }
        let options = JournalOptions(platformProfile: profile, openObserver: observer)
        return ApprovalJournal(at: path, fileSystem: disk.boot(), options: options)
    }

    private func use(_ number: Int) -> ApprovalUse {
        ApprovalUse(
            grantID: "grant",
            grantDigest: "sha256:" + String(repeating: "0", count: 64),
            nonceDigest: ApprovalJournal.nonceDigest([UInt8(number)]),
            actor: "agent://a",
            action: "act",
            subject: "urn:s"
        )
    }

    private func record(_ change: (SimDisk) -> Void = { _ in }, legacy: Bool = false) throws {
        let other = SimDisk()
        change(other)
        let evidence = PlatformObserver(other.boot(), budgetNanoseconds: 60_000_000_000).observe("/")
        let bytes = legacy ? LegacyProfile(evidence).encoded() : HostProfile(evidence).encoded()
        try disk.boot().openDirectory("/").replaceAtomically("profile", with: bytes)
    }

    private func makePlace() throws {
        try disk.boot().openDirectory("/").makeDirectory("place", permissions: .ownerDirectory)
    }

    private func names(_ path: String = "/place") throws -> [String] {
        try disk.boot().openDirectory(path).entries().map(\.name)
    }

    private func refusal(_ body: () throws -> Void) throws -> PlatformError? {
        do {
            try body()
        } catch JournalError.platform(let error) {
            return error
        }
        return nil
    }

    @Test(arguments: [false, true])
    func aPlatformAsRecordedIsAdmittedOnce(_ legacy: Bool) throws {
        try makePlace()
        try record(legacy: legacy)
        let journal = journal("/profile")
        #expect(journal.platformDiagnostics == nil)
        for number in 1...2 { _ = try journal.reserve(use(number), maximumUses: 1) }
        let seen = opened.withLock { $0 }
        #expect(seen.count == 1)
        #expect(seen.first == journal.platformDiagnostics)
        let evidence = try #require(journal.platformDiagnostics).evidence
        #expect(evidence.path == "/place/journal")
        #expect(evidence.processClockEpochMarkerNanoseconds > 0)
        #expect(evidence.monotonicClock == .observed(true))
        #expect(evidence.contents.sharedMaps == .observed(true))
        #expect(evidence.contents.positionedReads == .observed(true))
        #expect(evidence.locks.refusesSymbolicLinks == .observed(true))
        #expect(evidence.sync.directory.value != nil)
        #expect(try names().filter { $0.hasPrefix(".") } == [])
    }

    /// Every refusal comes before any file of the journal, and nobody is told that it was opened.
    @Test func aProfileThatCannotBeReliedOnRefusesEverything() throws {
        try makePlace()
        let impossible = """
            {"schema_version":1,"host":{"monotonic_clock":"ProcessLocalInstantAnchor"},"store_path":{"path_status":\
            "UnknownMissing","parent_dir_sync":"UnixFsync","lock_leaf_symlink_protection":"AtomicNoFollow","mmap_index":\
            "FileBacked","sealed_segment_mmap":"FileBacked","active_segment_read":"UnixReadAt"},"admission":{"store_lock":\
            "AtomicNoFollow","parent_dir_sync":"UnixFsync","mmap_index":"FileBacked","sealed_segment_mmap":"FileBacked"},\
            "fingerprint_crc32":0}
            """
        var right = impossible
        if case .wrongFingerprint(_, let computed)? = invalid(impossible) {
            right = impossible.replacing("\"fingerprint_crc32\":0", with: "\"fingerprint_crc32\":\(computed)")
        }
        let cases: [(text: String?, code: String)] = [
            (nil, "missing"), ("{not json", "not_json"), (impossible, "wrong_fingerprint"), (right, "inconsistent"),
        ]
        for (text, code) in cases {
            if let text {
                try disk.boot().openDirectory("/").replaceAtomically("profile", with: Array(text.utf8))
            }
            let journal = journal("//profile")
            let calls: [() throws -> Void] = [
                { _ = try journal.reserve(use(1), maximumUses: 1) }, { try journal.create() },
                { _ = try journal.format() }, { _ = try journal.verifyIntegrity() },
            ]
            for call in calls {
                guard case .invalid("//profile", let reason)? = try refusal(call) else {
                    Issue.record("\(code) was taken")
                    continue
                }
                #expect(reason.code == code)
            }
            #expect(try names() == [])
            #expect(journal.platformDiagnostics == nil)
        }
        #expect(opened.withLock { $0.isEmpty })
    }

    private func invalid(_ text: String) -> InvalidProfile? {
        do throws(InvalidProfile) {
            _ = try StoredProfile(parsing: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [false, true])
    func anotherPlatformIsAMismatch(_ legacy: Bool) throws {
        try makePlace()
        try record({ $0.mapsAreCoherent = false }, legacy: legacy)
        let refused = journal("/profile")
        guard case .mismatch("/profile", let deltas)? = try refusal({ try refused.create() }) else {
            Issue.record("it was admitted")
            return
        }
        let field = legacy ? "store_path.mmap_index" : "contents.shared_maps"
        #expect(deltas.contains { $0.field == field && $0.severity == .refusal && !$0.remedy.isEmpty })
        #expect(try names() == [])
        #expect(opened.withLock { $0.isEmpty })
        // Without the requirement it opens.
        try journal(nil).create()
        #expect(try !names("/place/journal").isEmpty)
    }

    @Test(arguments: [FileSystemError.Operation.lock, .lockDirectory, .sync, .syncDirectory, .map])
    func aPlatformThatFailsIsRefused(_ operation: FileSystemError.Operation) throws {
        try makePlace()
        try record()
        disk.faults = .on(operation, 1, .error(.notSupported))
        let error = try refusal { try journal("/profile").create() }
        #expect(error?.code == "platform_mismatch", "\(String(describing: error))")
        #expect(try names() == [])
        disk.faults = FaultPlan()
        try journal("/profile").create()
    }

    /// Without a profile a network file system is not written to, and a read-only mount can be read.
    @Test func aPlatformThatIsUnfitIsReadAndNotWritten() throws {
        try makePlace()
        _ = try journal(nil).reserve(use(1), maximumUses: 2)
        for change in [{ $0.fileSystemType = "nfs4" }, { $0.isReadOnly = true }] as [(inout MountFacts) -> Void] {
            let before = disk.mountFacts
            change(&disk.mountFacts)
            let journal = journal(nil)
            guard
                case .unfit("/place/journal", let deltas)? = try refusal({
                    _ = try journal.reserve(use(2), maximumUses: 2)
                })
            else {
                Issue.record("it was written")
                return
            }
            #expect(deltas.count == 1 && deltas.allSatisfy { !$0.remedy.isEmpty })
            #expect(try journal.verifyIntegrity().recordCount == 1)
            disk.mountFacts = before
        }
        let suspect = journal(nil)
        disk.mountFacts.fileSystemOptions = ["nobarrier"]
        _ = try suspect.reserve(use(2), maximumUses: 2)
        #expect(suspect.platformDiagnostics?.admission.warnings.map(\.field) == ["mount.options"])
    }

    /// The same without anybody to be told: it costs a glance.
    @Test(arguments: JournalFormat.allCases)
    func theDefaultRefusesToWriteWhereItIsUnfit(_ format: JournalFormat) throws {
        try makePlace()
        let path = "/place/journal"
        func journal(_ admission: AdmissionPolicy = .standard) -> ApprovalJournal {
            ApprovalJournal(
                at: path,
                fileSystem: disk.boot(),
                options: JournalOptions(format: format, admission: admission)
            )
        }
        disk.mountFacts.fileSystemType = "nfs4"
        guard case .unfit(path, let deltas)? = try refusal({ _ = try journal().reserve(use(1), maximumUses: 2) })
        else {
            Issue.record("it was written")
            return
        }
        #expect(deltas.map(\.field) == ["mount.source"])
        #expect(try names() == [])
        _ = try journal(.warn).reserve(use(1), maximumUses: 2)
        _ = try journal(.observe).reserve(use(1), maximumUses: 2)
        #expect(try journal().head()?.index == 2)
        disk.mountFacts.fileSystemType = "ext4"
        _ = try journal().reserve(use(2), maximumUses: 2)
        #expect(journal().platformDiagnostics == nil)
        let copy = disk.boot()
        disk.mountFacts.isReadOnly = true
        let converted = try refusal {
            _ = try journal().convert(to: format, at: "/place/copy")
        }
        #expect(converted?.code == "platform_unfit")
        #expect(try copy.openDirectory("/place").entries().map(\.name) == ["journal"])
    }

    /// The place of a copy is a platform of its own, and its observer is told of it, whether it was asked for a profile
    /// or not.
    @Test(arguments: [false, true]) func theObserverIsToldOfACopy(hasProfile: Bool) throws {
        try makePlace()
        try record()
        let journal = journal(hasProfile ? "/profile" : nil)
        _ = try journal.reserve(use(1), maximumUses: 1)
        let before = opened.withLock { $0.count }
        _ = try journal.convert(to: .jsonRecords, at: "/place/copy")
        let seen = opened.withLock { $0 }
        #expect(before == 1 && seen.contains { $0.evidence.path == "/place/copy" })
        #expect(try names().sorted() == ["copy", "journal"])
    }

    /// Everything the journal says of itself, as it was always said.
    @Test func diagnosticsTellWhereAndHowItWasOpened() throws {
        let temporary = try TemporaryDirectory()
        let real = temporary.path + "/real"
        try FileManager.default.createDirectory(atPath: real, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: temporary.path + "/link", withDestinationPath: real)
        var options = JournalOptions(segmentBytes: 100)
        #expect(options.segmentBytes == 4096)
        options.lockTimeoutMilliseconds = 60_000
        let path = temporary.path + "/link/journal"
        let journal = ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared, options: options)
        for number in 1...20 { _ = try journal.reserve(use(number), maximumUses: 1) }
        let diagnostics = try journal.diagnostics(depth: .standard)
        #expect(diagnostics.path == path)
        let directory = try #require(diagnostics.directory)
        #expect(directory.hasPrefix("/") && directory.hasSuffix("/real/journal"))
        #expect(diagnostics.counts == ["records": 20])
        #expect(diagnostics.configuration["segment_bytes"] == "4096")
        #expect(diagnostics.configuration["durability"] == "durable")
        #expect(diagnostics.configuration["lock_timeout_milliseconds"] == "60000")
        #expect(diagnostics.configuration["format"] == "segments")
        #expect(diagnostics.evidence.processClockEpochMarkerNanoseconds > 0)
        let summary = diagnostics.summary
        #expect(summary.monotonicClock == .named("ProcessLocalInstantAnchor"))
        #expect(summary.pathStatus == .named("ObservedDirectory"))
        #expect(summary.indexMap == .named("FileBacked") && summary.sealedSegmentMap == .named("FileBacked"))
        #expect(summary.parentDirectorySync == .named("UnixFsync"))
        #expect(summary.lockLeafProtection == .named("AtomicNoFollow"))
        #expect(summary.activeSegmentRead == .named("UnixReadAt"))
        #expect(
            summary.admission
                == LegacyAdmission(
                    storeLock: .named("AtomicNoFollow"),
                    parentDirectorySync: .named("UnixFsync"),
                    indexMap: .named("FileBacked"),
                    sealedSegmentMap: .named("FileBacked")
                )
        )
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/segments").count > 1)
        #expect(try journal.verifyIntegrity().recordCount == 20)
        options.durability = .processCrashOnly
        let careless = ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared, options: options)
        #expect(try careless.diagnostics().configuration["durability"] == "process_crash_only")
    }

    @Test func aRealDiskIsAdmittedAndNothingElseIsMade() throws {
        let temporary = try TemporaryDirectory()
        let evidence = PlatformObserver(PosixFileSystem.shared, budgetNanoseconds: 60_000_000_000).observe(
            temporary.path
        )
        let profile = temporary.path + "/profile"
        try Data(HostProfile(evidence).encoded()).write(to: URL(filePath: profile))
        let options = JournalOptions(platformProfile: profile)
        let path = temporary.path + "/journal"
        let journal = ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared, options: options)
        _ = try journal.reserve(use(1), maximumUses: 1)
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: temporary.path)) == ["journal", "profile"])
    }
}
