import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

/// Names and index lines that nobody wrote in earnest: they cost a verdict, never a crash or much time.
@Suite("Forged names and lines")
struct ForgedNamesTests {
    private static func journal(_ path: String) -> ApprovalJournal {
        ApprovalJournal(
            at: path,
            fileSystem: PosixFileSystem.shared,
            options: JournalOptions(format: .jsonRecords)
        )
    }

    private static func verify(_ path: String) throws -> VerificationReport { try journal(path).verifyAll() }

    @Test(arguments: ["approval-use", "unheard-of"])
    func theGreatestIndexIsOnlyAGap(kind: String) throws {
        let temporary = try TemporaryDirectory()
        let records = temporary.path + "/records"
        try FileManager.default.createDirectory(atPath: records, withIntermediateDirectories: true)
        let name = "\(UInt64.max).\(kind).0123456789abcdef.json"
        try Data("{}".utf8).write(to: URL(filePath: records + "/" + name))
        let report = try Self.verify(temporary.path)
        let last: VerificationFailure.Kind = kind == "approval-use" ? .malformedRecord : .unknownKind
        #expect(report.failures.map(\.kind) == [.missingRecord, last])
        #expect(report.failures.map(\.index) == [1, .max])
    }

    @Test func everyGapIsReportedOnce() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/journal"
        let journal = Self.journal(path)
        for number in 1...9 { _ = try journal.reserve(use(nonce: "\(number)")) }
        let names = try FileManager.default.contentsOfDirectory(atPath: path + "/records").sorted()
        for place in [1, 2, 5] { try FileManager.default.removeItem(atPath: path + "/records/" + names[place]) }
        let missing = try Self.verify(path).failures.filter { $0.kind == .missingRecord }.map(\.index)
        #expect(missing == [2, 3, 6])
    }

    /// A comparison of each line with each failure before it would take minutes.
    @Test(.timeLimit(.minutes(1))) func manyForgedLinesTakeLittleTime() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/journal"
        _ = try Self.journal(path).reserve(use(nonce: "n"))
        let forged = 2...60_000
        let lines = forged.map { "\($0)\n" }.joined() + "2\n"
        try Data(lines.utf8).write(to: URL(filePath: path + "/indexes/by-grant/grant-a.txt"))
        let report = try Self.verify(path)
        #expect(report.failures.map(\.index) == forged.map(UInt64.init))
        #expect(report.failures.allSatisfy { $0.kind == .missingRecord })
    }
}
