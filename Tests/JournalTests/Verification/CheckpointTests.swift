import Canonical
import FileSystemSeam
import Foundation
import Journal
import Signing
import TestSupport
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
    private static let key = try! SigningKey(seed: (0..<32).map { UInt8($0) })
    private static let otherKey = try! SigningKey(seed: (0..<32).map { UInt8($0 + 1) })
    private static let hub = HubSigner(hubID: "hub://org-0", key: key)

    private func filled(_ format: JournalFormat, _ count: Int) throws -> TestJournal {
        let journal = try TestJournal(format)
        let handle = journal.open()
        for number in 0..<count { _ = try handle.reserve(use("grant-\(number % 3)", nonce: "nonce-\(number)")) }
        return journal
    }

    private func checkpoint(_ record: StoredRecord) throws -> JournalCheckpoint {
        guard case .checkpoint(let checkpoint) = record.record else { throw CheckpointExpected() }
        return checkpoint
    }

    private struct CheckpointExpected: Error {}

    @Test(arguments: JournalFormat.allCases)
    func theRootIsOverTheDeclaredBytesOfTheRange(format: JournalFormat) throws {
        let journal = try filled(format, 5)
        let handle = journal.open()
        let made = try handle.makeCheckpoint(from: 2, to: 4)
        let checkpoint = try checkpoint(made)
        #expect(made.index == 6)
        #expect(checkpoint.kind == .localJournal)
        #expect(checkpoint.leafCount == 3)
        var tree = MerkleAccumulator()
        for record in try handle.records(from: 2, limit: 3) { tree.add(record.compactBytes) }
        #expect(checkpoint.merkleRoot == tree.root.description)
        #expect(checkpoint.journalID.hasPrefix("jrn_"))
        #expect(checkpoint.journalID.utf8.count == 36)
        let report = try handle.verifyAll()
        #expect(report.isIntact && report.findings.isEmpty)
    }

    @Test(arguments: JournalFormat.allCases)
    func withoutARangeEverythingIsSummedUp(format: JournalFormat) throws {
        let handle = try filled(format, 3).open()
        let first = try checkpoint(try handle.makeCheckpoint())
        #expect((first.fromRecordIndex, first.toRecordIndex) == (1, 3))
        let second = try checkpoint(try handle.makeCheckpoint())
        #expect((second.fromRecordIndex, second.toRecordIndex) == (1, 4))
    }

    @Test(arguments: JournalFormat.allCases)
    func rangesThatAreNotThereAreRefused(format: JournalFormat) throws {
        let handle = try filled(format, 3).open()
        for (from, to) in [(0, 2), (3, 2), (1, 4), (4, 4)] as [(UInt64, UInt64)] {
            #expect(try journalError { _ = try handle.makeCheckpoint(from: from, to: to) }?.code == "invalid_argument")
        }
        #expect(try handle.records().count == 3)
        let empty = try TestJournal(format).open()
        #expect(try journalError { _ = try empty.makeCheckpoint() }?.code == "invalid_argument")
    }

    @Test(arguments: JournalFormat.allCases)
    func aHubsSignatureHolds(format: JournalFormat) throws {
        let handle = try filled(format, 4).open()
        let checkpoint = try checkpoint(try handle.makeCheckpoint(signedBy: Self.hub))
        #expect(checkpoint.kind == .hubOrg)
        #expect(checkpoint.hubVerdict(trusting: [Self.otherKey.publicKey, Self.key.publicKey]) == .valid)
        #expect(checkpoint.hubVerdict(trusting: [Self.otherKey.publicKey]) == .untrustedIssuer)
        #expect(checkpoint.hubVerdict(trusting: []) == .untrustedIssuer)
        #expect(try handle.verifyAll(trustedHubKeys: [Self.key.publicKey]).isIntact)
        var altered = checkpoint
        altered.leafCount += 1
        #expect(altered.hubVerdict(trusting: [Self.key.publicKey]) == .tampered)
        altered = checkpoint
        altered.coveredUseIDs = ["use_x"]
        #expect(altered.hubVerdict(trusting: [Self.key.publicKey]) == .tampered)
        altered = checkpoint
        altered.signedAt = ""
        #expect(altered.hubVerdict(trusting: [Self.key.publicKey]) == .missingField("signed_at"))
        altered = checkpoint
        altered.kind = .localJournal
        #expect(altered.hubVerdict(trusting: [Self.key.publicKey]) == .notAHubCheckpoint)
        // Outside of the hub's signature.
        altered = checkpoint
        altered.signature = "x"
        #expect(altered.hubVerdict(trusting: [Self.key.publicKey]) == .valid)
    }

    /// The root is worked out without the lock: what stands at the path by then may be another journal, or an older
    /// copy that went on differently or lacks what was summed up. One with the same records is as good.
    @Test(arguments: JournalFormat.allCases, [0, 2, 4, 5])
    func aCheckpointIsOfTheRecordsThatItFollows(format: JournalFormat, common: Int) throws {
        for (last, furtherCount) in [(nil, 3), (nil, 0), (4, 3)] as [(UInt64?, Int)] {
            let journal = try filled(format, common)
            let path = journal.path
            if common > 0 { try FileManager.default.copyItem(atPath: path, toPath: path + "-other") }
            let other = ApprovalJournal(
                at: path + "-other",
                fileSystem: journal.fileSystem,
                options: JournalOptions(format: format)
            )
            try other.create()
            for number in 0..<furtherCount { _ = try other.reserve(use("grant-b", nonce: "other-\(number)")) }
            for number in common..<5 { _ = try journal.open().reserve(use("grant-c", nonce: "nonce-\(number)")) }
            let replaced = Flag()
            journal.fileSystem.setIntercept { call in
                guard call.operation == .lockDirectory, replaced.raise() else { return nil }
                do {
                    try FileManager.default.moveItem(atPath: path, toPath: path + "-old")
                    try FileManager.default.moveItem(atPath: path + "-other", toPath: path)
                } catch { Issue.record("\(error)") }
                return nil
            }
            var made: StoredRecord?
            let error = try journalError { made = try journal.open().makeCheckpoint(to: last, signedBy: Self.hub) }
            journal.fileSystem.setIntercept(nil)
            let count = common + furtherCount
            let isSame = Int(last ?? 5) <= common
            #expect(error?.code == (isSame ? nil : "rolled_back"), "\(count): \(error as Any)")
            #expect(made?.index == (isSame ? UInt64(count + 1) : nil))
            #expect(try journal.recordCount() == count + (isSame ? 1 : 0))
            #expect(try journal.open().verifyIntegrity().isIntact)
            if isSame {
                #expect(try journal.open().verifyIntegrity(trustedHubKeys: [Self.key.publicKey]).isIntact)
            }
        }
    }

    /// A hub that signed a root which the records do not have: its word against the journal's.
    @Test(arguments: JournalFormat.allCases)
    func aTrustedRootThatIsNotThatOfTheRecordsIsAFailure(format: JournalFormat) throws {
        let handle = try filled(format, 2).open()
        let wrong = JournalCheckpoint(
            fromRecordIndex: 1,
            toRecordIndex: 2,
            merkleRoot: MerkleHash.empty.description,
            leafCount: 2,
            journalID: "jrn_x"
        )
        _ = try handle.append(wrong, signedBy: Self.hub)
        let report = try handle.verifyIntegrity(trustedHubKeys: [Self.key.publicKey])
        #expect(report.failures.map(\.kind) == [.merkleMismatch])
        #expect(report.failures.first?.index == 3)
        #expect(report.failures.first?.expected == MerkleHash.empty.description)
        #expect(try handle.verifyAll().findings.map(\.kind) == [.merkleMismatch])
    }

    @Test(arguments: JournalFormat.allCases)
    func checkpointsOfRangesThatCannotBeAreFindings(format: JournalFormat) throws {
        let handle = try filled(format, 2).open()
        for (from, to, leaves) in [(1, 9, 9), (0, 1, 2), (1, 2, 7)] as [(UInt64, UInt64, UInt64)] {
            let checkpoint = JournalCheckpoint(
                fromRecordIndex: from,
                toRecordIndex: to,
                merkleRoot: MerkleHash.empty.description,
                leafCount: leaves,
                journalID: "jrn_x"
            )
            _ = try handle.append(checkpoint)
        }
        #expect(try handle.verifyAll().findings.map(\.kind) == [.merkleMismatch, .merkleMismatch, .merkleMismatch])
    }

    @Test(arguments: JournalFormat.allCases)
    func everyRecordIsShownToBeIncluded(format: JournalFormat) throws {
        let handle = try filled(format, 7).open()
        let checkpoint = try checkpoint(try handle.makeCheckpoint(from: 2, to: 6))
        let root = try Digest(parsing: checkpoint.merkleRoot)
        for index in 2...6 as ClosedRange<UInt64> {
            let proof = try handle.inclusionProof(ofRecord: index, in: checkpoint)
            let record = try #require(try handle.records(from: index, limit: 1).first)
            try proof.verify(leaf: MerkleHash.leaf(record.compactBytes), root: root)
            #expect(throws: MerkleProofError.self) { try proof.verify(leaf: MerkleHash.leaf([1]), root: root) }
        }
        for index in [1, 7] as [UInt64] {
            #expect(
                try journalError { _ = try handle.inclusionProof(ofRecord: index, in: checkpoint) }?.code
                    == "invalid_argument"
            )
        }
    }

    @Test(arguments: JournalFormat.allCases)
    func aJournalIsShownToHaveOnlyGrown(format: JournalFormat) throws {
        let journal = try filled(format, 3)
        let handle = journal.open()
        let old = try checkpoint(try handle.makeCheckpoint())
        for number in 10..<14 { _ = try handle.reserve(use("grant-x", nonce: "nonce-\(number)")) }
        let new = try checkpoint(try handle.makeCheckpoint())
        let proof = try handle.consistencyProof(from: old, to: new)
        try proof.verify(oldRoot: try Digest(parsing: old.merkleRoot), newRoot: try Digest(parsing: new.merkleRoot))
        #expect(try journalError { _ = try handle.consistencyProof(from: new, to: old) }?.code == "invalid_argument")
        var forged = new
        forged.merkleRoot = old.merkleRoot
        #expect(try journalError { _ = try handle.consistencyProof(from: old, to: forged) }?.code == "invalid_argument")
    }
}
