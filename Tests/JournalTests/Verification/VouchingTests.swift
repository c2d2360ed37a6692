import Canonical
import FileSystemSeam
import Foundation
import Journal
import Signing
import TestSupport
import Testing

/// What trusted keys are worth against someone who makes the whole chain anew, with right digests.
@Suite("What trusted keys vouch for")
struct VouchingTests {
    private static let key = try! SigningKey(seed: (0..<32).map { UInt8($0) })
    private static let otherKey = try! SigningKey(seed: (0..<32).map { UInt8($0 + 1) })
    private static let hub = HubSigner(hubID: "hub://org-0", key: key)
    private static let keys = [otherKey.publicKey, key.publicKey]

    /// What a forger does with the checkpoint that a hub signed.
    enum Forgery: CaseIterable {
        case keepsItAsItIs, statesTheRightRoot, alsoMarksItAsLocal, makesItLocal, removesASignedMember, dropsIt

        func applied(to signed: JournalCheckpoint, root: String) -> JournalCheckpoint? {
            var forged = signed
            if self != .keepsItAsItIs { forged.merkleRoot = root }
            switch self {
            case .keepsItAsItIs, .statesTheRightRoot: break
            case .alsoMarksItAsLocal: forged.kind = .localJournal
            case .makesItLocal:
                forged.kind = .localJournal
                (forged.hubID, forged.hubPublicKey, forged.hubSignature, forged.signedAt) = ("", "", "", "")
            case .removesASignedMember: forged.signedAt = ""
            case .dropsIt: return nil
            }
            return forged
        }

        /// What is said where the key is trusted.
        var failure: VerificationFailure.Kind {
            switch self {
            case .keepsItAsItIs, .statesTheRightRoot, .alsoMarksItAsLocal, .removesASignedMember: .checkpointSignature
            case .makesItLocal, .dropsIt: .checkpointUntrusted
            }
        }
    }

    private func fill(_ handle: ApprovalJournal, _ nonces: String) throws {
        for number in 0..<4 { _ = try handle.reserve(use(nonce: "\(nonces)-\(number)")) }
    }

    private func checkpoint(_ record: StoredRecord) throws -> JournalCheckpoint {
        guard case .checkpoint(let checkpoint) = record.record else { throw CheckpointExpected() }
        return checkpoint
    }

    private struct CheckpointExpected: Error {}

    /// A report on the journal, and one on a bundle of it, which are the same.
    private func verified(_ journal: TestJournal, trusting keys: [VerifyingKey]) throws -> VerificationReport {
        let handle = journal.open()
        let report = try handle.verifyAll(trustedHubKeys: keys)
        #expect(try handle.verifyIntegrity(trustedHubKeys: keys).failures == Array(report.failures.prefix(1)))
        let directory = try PosixFileSystem.shared.openDirectory((journal.path as NSString).deletingLastPathComponent)
        let file = try directory.open("bundle", [.read, .write, .create, .truncate], permissions: .ownerFile)
        try handle.export(to: file)
        let bundled = try JournalBundle(file).verify(trustedHubKeys: keys)
        #expect(bundled.failures == report.failures && bundled.findings == report.findings)
        #expect(bundled.vouchedUpTo == report.vouchedUpTo)
        return report
    }

    @Test(arguments: JournalFormat.allCases, Forgery.allCases)
    func aChainMadeAnewIsAFailure(format: JournalFormat, forgery: Forgery) throws {
        let genuine = try TestJournal(format)
        try fill(genuine.open(), "genuine")
        let signed = try checkpoint(try genuine.open().makeCheckpoint(signedBy: Self.hub))
        #expect(try verified(genuine, trusting: Self.keys).isIntact)

        let forged = try TestJournal(format)
        let handle = forged.open()
        try fill(handle, "forged")
        var tree = MerkleAccumulator()
        for record in try handle.records() { tree.add(record.compactBytes) }
        let checkpoint = forgery.applied(to: signed, root: tree.root.description)
        if let checkpoint { _ = try handle.append(checkpoint) }

        let report = try verified(forged, trusting: Self.keys)
        #expect(report.failures.map(\.kind) == [forgery.failure])
        #expect(report.failures.first?.index == (forgery.failure == .checkpointSignature ? 5 : 0))
        #expect(report.vouchedUpTo == nil)
        // Who trusts nobody is not told about signatures: anyone could have made them.
        let unaware = try verified(forged, trusting: [])
        #expect(
            unaware.isIntact && unaware.findings.map(\.kind) == (forgery == .keepsItAsItIs ? [.merkleMismatch] : [])
        )
    }

    @Test(arguments: JournalFormat.allCases)
    func itIsSaidHowFarAKeyVouches(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        try fill(handle, "a")
        #expect(try verified(journal, trusting: Self.keys).failures.map(\.kind) == [.checkpointUntrusted])
        _ = try handle.makeCheckpoint()
        #expect(try verified(journal, trusting: Self.keys).failures.map(\.kind) == [.checkpointUntrusted])
        _ = try handle.makeCheckpoint(to: 3, signedBy: Self.hub)
        #expect(try verified(journal, trusting: Self.keys).vouchedUpTo == 3)
        #expect(try verified(journal, trusting: []).vouchedUpTo == nil)
        #expect(
            try verified(journal, trusting: [Self.otherKey.publicKey]).failures.map(\.kind) == [.checkpointUntrusted]
        )
        // Through the chain, what is before a range is vouched for, too.
        _ = try handle.makeCheckpoint(from: 4, to: 6, signedBy: Self.hub)
        try fill(handle, "b")
        _ = try handle.makeCheckpoint()
        let report = try verified(journal, trusting: Self.keys)
        #expect(report.isIntact && report.findings.isEmpty && report.vouchedUpTo == 6)
    }

    /// Where somebody else's signature does not hold, that says nothing of what the trusted ones vouch for.
    @Test(arguments: JournalFormat.allCases)
    func anotherHubsBrokenSignatureIsAFinding(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        try fill(handle, "a")
        let signed = try checkpoint(try handle.makeCheckpoint(signedBy: Self.hub))
        let trusted = HubSigner(hubID: "hub://org-1", key: Self.otherKey)
        _ = try handle.makeCheckpoint(signedBy: trusted)
        _ = try handle.append(signed)
        let report = try verified(journal, trusting: [Self.otherKey.publicKey])
        #expect(report.isIntact && report.vouchedUpTo == 5)
        #expect(report.findings.map(\.kind) == [.checkpointSignature] && report.findings.first?.index == 7)
        #expect(try verified(journal, trusting: []).findings.isEmpty)
        #expect(try verified(journal, trusting: Self.keys).failures.map(\.index) == [7])
    }

    /// An emptied journal must not pass where a key says that something was signed.
    @Test(arguments: JournalFormat.allCases)
    func nothingIsNotVouchedFor(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        #expect(try journal.open().verifyAll(trustedHubKeys: Self.keys).failures.map(\.kind) == [.checkpointUntrusted])
        try journal.open().create()
        #expect(try verified(journal, trusting: Self.keys).failures.map(\.kind) == [.checkpointUntrusted])
        #expect(try verified(journal, trusting: []).isIntact)
    }

    /// A note kept elsewhere, of every size there was.
    @Test(arguments: JournalFormat.allCases)
    func aNoteHoldsOnlyForTheRecordsThatItIsOf(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let other = try TestJournal(format)
        var tree = MerkleAccumulator()
        var notes = [try CheckpointBody(origin: "example.com/j", size: 0, rootHash: tree.root.bytes)]
        for number in 0..<5 {
            _ = try journal.open().reserve(use(nonce: "a-\(number)"))
            if number < 4 { _ = try other.open().reserve(use(nonce: "b-\(number)")) }
            tree.add(try #require(try journal.open().records().last).compactBytes)
            notes.append(try CheckpointBody(origin: "example.com/j", size: tree.leafCount, rootHash: tree.root.bytes))
        }
        for note in notes {
            #expect(try journal.open().verifyAll(note: note).isIntact)
            let kind: VerificationFailure.Kind = note.size > 4 ? .rolledBack : .merkleMismatch
            for report in [try other.open().verifyIntegrity(note: note), try other.open().verifyAll(note: note)] {
                #expect(report.failures.map(\.kind) == (note.size == 0 ? [] : [kind]))
                #expect(report.failures.map(\.index) == (note.size == 0 ? [] : [note.size]))
            }
        }
        let absent = try TestJournal(format).open()
        #expect(try absent.verifyAll(note: notes[0]).isIntact)
        #expect(try absent.verifyAll(note: notes[1]).failures.map(\.kind) == [.rolledBack])
    }
}
