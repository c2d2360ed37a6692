import Canonical
import Foundation
import HoldfastCLI
import TestSupport
import Testing

/// What a look at the platform leaves when its whole container is killed, or the power is cut.
@Suite("doctor and what looks at the platform leave")
struct DoctorProbeTests {
    private static let name = ".holdfast-probe.tmp-0123456789abcdef"

    private func leave(in path: String) throws {
        let place = path + "/" + Self.name
        let owner: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false, attributes: owner)
    }

    /// Its name is told once, with what to do; the store is sound all the same.
    private func check(_ path: String, _ kind: String) throws {
        try leave(in: path)
        // Of a look at where a store will be made: that is nobody's copy.
        try leave(in: URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false))
        let run = CommandRun("doctor", path, "--json")
        #expect(run.code == .done)
        let found = try #require(try run.json()["findings"]?.array).filter {
            $0["place"]?.string?.contains("holdfast-probe") == true
        }
        #expect(found.count == 1, "\(found)")
        #expect(found.first?["kind"]?.string == kind && found.first?["place"]?.string == Self.name)
        #expect(found.first?["severity"]?.string == "notice")
        #expect(found.first?["remedy"]?.string?.hasPrefix("Remove it when") == true)
    }

    @Test func aJournalTellsOfIt() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve().code == .done)
        try check(journal.path, "left_probe")
    }

    @Test func aKeyStoreTellsOfIt() throws {
        let keys = try KeyDirectory()
        try check(keys.path, "left_probe")
    }

    @Test func aSessionTellsOfItAsOfAnythingLeft() throws {
        let session = try SessionDirectory()
        _ = session.append("a")
        try check(session.path, "leftover")
    }
}
