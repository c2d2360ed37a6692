import EventLog
import FileSystemSeam
import PlatformProfile
import Testing

/// A log is not written on a platform that is not the one its profile describes.
@Suite("A session log and its platform")
struct LogPlatformTests {
    private let disk = SimDisk()
    private let opened = Condition(0)

    private func log(_ profile: String?) -> SessionLog {
        let observer = OpenObserver { [opened] _ in opened.withLock { $0 += 1 } }
        let options = SessionLogOptions(platformProfile: profile, openObserver: observer)
        return SessionLog(at: "/session", fileSystem: disk.boot(), options: options)
    }

    private let event = SessionEvent(
        sessionID: "ssn_1",
        agentID: "agent://coder",
        agentInstanceID: "ai_1",
        agentName: "coder",
        hostID: "host_1",
        kind: .agentCalledTool(name: "grep")
    )

    private func record(coherent: Bool) throws {
        let other = SimDisk()
        other.mapsAreCoherent = coherent
        let evidence = PlatformObserver(other.boot(), budgetNanoseconds: 60_000_000_000).observe("/")
        try disk.boot().openDirectory("/").replaceAtomically("profile", with: HostProfile(evidence).encoded())
    }

    private func names() throws -> [String] { try disk.boot().openDirectory("/").entries().map(\.name).sorted() }

    @Test func itIsAdmittedOnce() throws {
        try record(coherent: true)
        let log = log("/profile")
        for _ in 0..<2 { _ = try log.append(event) }
        #expect(opened.withLock { $0 } == 1)
        #expect(log.platformDiagnostics?.evidence.path == "/session")
        #expect(try names() == ["profile", "session"])
    }

    @Test func aRefusalLeavesNothing() throws {
        let missing = #expect(throws: EventLogError.self) { _ = try log("/profile").append(event) }
        #expect(missing == .platform(.invalid(path: "/profile", .missing)))
        try record(coherent: false)
        let other = #expect(throws: EventLogError.self) { _ = try log("/profile").append(event) }
        #expect(other?.code == "platform_mismatch")
        #expect(try names() == ["profile"])
        #expect(opened.withLock { $0 } == 0)
        _ = try log(nil).append(event)
        #expect(try names() == ["profile", "session"])
    }
}
