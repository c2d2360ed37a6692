import EventLog
import FileSystemSeam
import Foundation
import PlatformProfile
import TestSupport
import Testing

/// A session log is not opened on a platform that it cannot be kept on.
@Suite("A session log and its platform")
struct LogPlatformTests {
    private let disk = SimDisk()

    private func log(_ options: SessionLogOptions = SessionLogOptions()) -> SessionLog {
        SessionLog(at: "/session", fileSystem: disk.boot(), options: options)
    }

    private func record(_ change: (SimDisk) -> Void = { _ in }) throws {
        let other = SimDisk()
        change(other)
        let evidence = PlatformObserver(other.boot(), budgetNanoseconds: 60_000_000_000).observe("/")
        try disk.boot().openDirectory("/").replaceAtomically("profile", with: HostProfile(evidence).encoded())
    }

    private func names() throws -> [String] { try disk.boot().openDirectory("/").entries().map(\.name) }

    private func refusal(_ body: () throws -> Void) throws -> PlatformError? {
        do {
            try body()
        } catch EventLogError.platform(let error) {
            return error
        }
        return nil
    }

    @Test func theDefaultRefusesToWriteWhereItIsUnfit() throws {
        for change in [{ $0.fileSystemType = "nfs4" }, { $0.isReadOnly = true }] as [(inout MountFacts) -> Void] {
            let before = disk.mountFacts
            change(&disk.mountFacts)
            #expect(try refusal { _ = try log().append(event()) }?.code == "platform_unfit")
            #expect(try names() == [])
            disk.mountFacts = before
        }
        try log().append(event())
        disk.mountFacts.fileSystemType = "nfs4"
        #expect(try refusal { _ = try log().append(event()) }?.code == "platform_unfit")
        #expect(try refusal { _ = try log().seal() }?.code == "platform_unfit")
        // Reading is, and writing for those who ask for it.
        #expect(try log().readAll().events.count == 1)
        let told = Condition([PlatformDiagnostics]())
        let observer = OpenObserver { seen in told.withLock { $0.append(seen) } }
        try log(SessionLogOptions(admission: .warn, openObserver: observer)).append(event())
        #expect(told.withLock { $0.map { $0.admission.warnings.map(\.field) } } == [["mount.source"]])
        #expect(try log().size().eventCount == 2)
    }

    @Test func anotherPlatformThanTheRecordedRefusesEverything() throws {
        #expect(
            try refusal { _ = try self.log(SessionLogOptions(platformProfile: "//profile")).append(event()) }
                == .invalid(path: "//profile", .missing)
        )
        try record { $0.mapsAreCoherent = false }
        let told = Condition([PlatformDiagnostics]())
        let observer = OpenObserver { seen in told.withLock { $0.append(seen) } }
        let log = log(SessionLogOptions(platformProfile: "/profile", openObserver: observer))
        let calls: [() throws -> Void] = [
            { _ = try log.append(event()) }, { _ = try log.size() }, { _ = try log.readAll() },
            { _ = try log.verify() },
            { _ = try log.seal() }, { _ = try log.readSeal() }, { _ = try log.repair() }, { _ = try log.isPlausible() },
            { _ = try log.follow(from: 0).next(timeoutMilliseconds: 0) }, { _ = try log.diagnostics() },
        ]
        for call in calls { #expect(try refusal(call)?.code == "platform_mismatch") }
        #expect(try names() == ["profile"])
        #expect(told.withLock { $0.isEmpty })
        #expect(log.platformDiagnostics == nil)
        // Without the requirement it opens.
        try self.log().append(event())
    }

    @Test func theRecordedPlatformIsAdmittedOnce() throws {
        try record()
        let told = Condition([PlatformDiagnostics]())
        let observer = OpenObserver { seen in told.withLock { $0.append(seen) } }
        let log = log(SessionLogOptions(platformProfile: "/profile", openObserver: observer))
        for _ in 0..<3 { try log.append(event()) }
        #expect(told.withLock { $0.count } == 1)
        let diagnostics = try log.diagnostics()
        #expect(diagnostics.evidence == log.platformDiagnostics?.evidence)
        #expect(diagnostics.directory == "/session" && diagnostics.path == "/session")
        #expect(diagnostics.evidence.processClockEpochMarkerNanoseconds > 0)
        #expect(diagnostics.summary.admission.storeLock == .named("AtomicNoFollow"))
        #expect(diagnostics.counts["events"] == 3 && diagnostics.counts["lines"] == 3)
        #expect(diagnostics.configuration["durability"] == "none")
        #expect(diagnostics.configuration["platform_profile"] == "/profile")
    }
}
