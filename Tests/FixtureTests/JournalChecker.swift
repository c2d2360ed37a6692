internal import Canonical
internal import FileSystemSeam
internal import Foundation
internal import Journal
internal import TestSupport
internal import Testing

/// Cases with a whole journal in `input/`, intact or altered in one way.
///
/// `verify` in `expected.json` is what verification says; `replay`, where it is, names the case whose
/// `existing-tool.json` has the answers to give. Works on a copy, and the copy must be unchanged at the end:
/// looking at a journal never changes it.
enum JournalChecker {
    static func directory(_ fixture: FixtureCase) throws {
        let files = try fixture.contents(of: "input")
        let copy = try TemporaryDirectory()
        for (path, bytes) in files {
            let file = URL(filePath: copy.path).appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(bytes).write(to: file)
        }

        let expected = try fixture.expectation()
        let journal = ApprovalJournal(at: copy.path, fileSystem: PosixFileSystem.shared)
        try checkReport(journal.verifyIntegrity(), try #require(expected["verify"]))
        if let other = try fixture.expectation()["replay"]?.string {
            let answering = fixture.sibling(other)
            let revoked = try answering.expectation()["revoked_grants"]?.array?.compactMap(\.string) ?? []
            try checkAnswers(journal, try answering.json("existing-tool.json"), revokedGrants: Set(revoked))
        }

        let tree = FileTree(root: copy.path)
        let left = try tree.files(below: "")
        #expect(left == files.map(\.path), "files came or went")
        for (path, bytes) in files { #expect(try tree.bytes(of: path) == bytes, "\(path) was changed") }
    }

    private static func checkReport(_ report: VerificationReport, _ expected: JSONValue) throws {
        #expect(report.isIntact == expected["ok"]?.bool)
        if let records = expected["records"]?.number?.unsignedValue { #expect(report.recordCount == records) }
        if let warnings = expected["warnings"]?.array {
            #expect(Set(report.warnings.map(\.kind.rawValue)) == Set(warnings.compactMap(\.string)))
        }
        let failure = expected["first_failure"]
        #expect(report.failures.first?.kind.rawValue == failure?["kind"]?.string)
        #expect(report.failures.first?.index == failure?["index"]?.number?.unsignedValue)
        #expect(report.failures.count <= 1, "verification stops at the first failure")
    }

    /// Asks what the other tool was asked. Our answers are the same but for grants that were revoked, and may add
    /// remarks to the details.
    private static func checkAnswers(_ journal: ApprovalJournal, _ answers: JSONValue, revokedGrants: Set<String>)
        throws
    {
        for question in try #require(answers["check_replay"]?.array) {
            let (grant, nonce, hint) = try parts(question)
            let check = try journal.checkReplay(grant: grant, nonceDigest: nonce, maximumUsesHint: hint)
            try compare(check, try #require(question["result"]?["ok"]), isRevoked: revokedGrants.contains(grant))
        }
        for question in try #require(answers["find_use_for_action"]?.array) {
            let (grant, nonce, hint) = try parts(question)
            let found = try journal.findUse(grant: grant, nonceDigest: nonce, maximumUsesHint: hint)
            guard let expected = question["result"]?["ok"], expected != .null else {
                #expect(found == nil)
                continue
            }
            let use = try #require(found)
            #expect(use.use.useID == (try expected.text("use_id")))
            #expect(use.record.digest == (try expected.text("record_digest")))
            try compare(use.replay, try #require(expected["replay"]), isRevoked: revokedGrants.contains(grant))
        }
        for question in try #require(answers["list_uses_for_grant"]?.array) {
            let uses = try journal.uses(forGrant: try question.text("grant_id"))
            let expected = try #require(question["result"]?["ok"]?.array)
            #expect(uses.map(\.record.id) == (try expected.map { try $0.text("use_id") }))
        }
    }

    private static func parts(_ question: JSONValue) throws -> (grant: String, nonce: String, hint: UInt32?) {
        let hint = question["max_uses_hint"]?.number?.unsignedValue.map { UInt32($0) }
        return (try question.text("grant_id"), try question.text("nonce_digest"), hint)
    }

    private static func compare(_ check: ReplayCheck, _ expected: JSONValue, isRevoked: Bool) throws {
        #expect(check.level.rawValue == (try expected.text("level")))
        #expect(check.useNumber.map(UInt64.init) == expected["use_number"]?.number?.unsignedValue)
        #expect(check.maximumUses.map(UInt64.init) == expected["max_uses"]?.number?.unsignedValue)
        #expect(check.isRevoked == isRevoked)
        #expect(check.passed == (isRevoked ? false : expected["passed"]?.bool))
        let details = try expected.text("details")
        #expect(check.details == details || check.details.hasPrefix("\(details); "))
    }
}
