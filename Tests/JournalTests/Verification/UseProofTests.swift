import Canonical
import Signing
import Testing

@testable import Journal

@Suite("Proofs of uses")
struct UseProofTests {
    private static let key = try! SigningKey(seed: (0..<32).map { UInt8($0) })
    private static let hub = HubSigner(hubID: "hub://org-0", key: key)

    private func filled(_ format: JournalFormat) throws -> ApprovalJournal {
        let handle = try TestJournal(format).open()
        for number in 0..<4 { _ = try handle.reserve(use(nonce: "n-\(number)", id: "use_\(number)")) }
        return handle
    }

    /// Checkpoints that cover everything before them, and do not hold.
    private func appendWrongOnes(_ handle: ApprovalJournal, copying signed: JournalCheckpoint?) throws {
        let last = try #require(try handle.head()).index
        func wrong(leaves: UInt64) -> JournalCheckpoint {
            JournalCheckpoint(
                fromRecordIndex: 1,
                toRecordIndex: last,
                merkleRoot: MerkleHash.empty.description,
                leafCount: leaves,
                journalID: "jrn_x"
            )
        }
        _ = try handle.append(wrong(leaves: last), signedBy: Self.hub)
        _ = try handle.append(wrong(leaves: last + 1), signedBy: Self.hub)
        // Linked anew, so that its signature is of other contents.
        if let signed { _ = try handle.append(signed) }
        _ = try handle.append(wrong(leaves: last))
    }

    @Test(arguments: JournalFormat.allCases)
    func checkpointsThatDoNotHoldAreSkipped(format: JournalFormat) throws {
        let handle = try filled(format)
        guard case .checkpoint(let signed) = try handle.makeCheckpoint(signedBy: Self.hub).record else { return }
        _ = try handle.makeCheckpoint()
        try appendWrongOnes(handle, copying: signed)
        let proof = try #require(try handle.proof(ofUse: "use_2"))
        let finding = try proof.verify(trusting: [Self.key.publicKey])
        #expect(finding.hub == .valid && finding.use.useID == "use_2")
        #expect(finding.checkpoint.checkpointID == signed.checkpointID)
    }

    @Test(arguments: JournalFormat.allCases)
    func withoutAHubsThatHoldsALocalOneServes(format: JournalFormat) throws {
        let handle = try filled(format)
        try appendWrongOnes(handle, copying: nil)
        #expect(try journalError { _ = try handle.proof(ofUse: "use_2") }?.code == "invalid_argument")
        _ = try handle.makeCheckpoint()
        try appendWrongOnes(handle, copying: nil)
        let finding = try #require(try handle.proof(ofUse: "use_2")).verify()
        #expect(finding.hub == .notAHubCheckpoint && finding.checkpoint.kind == .localJournal)
    }

    /// Whoever may append could have a hub of their own sign the latest checkpoint.
    @Test(arguments: JournalFormat.allCases)
    func aHubsThatIsTrustedIsFoundBehindAnothers(format: JournalFormat) throws {
        let handle = try filled(format)
        let other = HubSigner(hubID: "hub://other", key: try SigningKey(seed: [UInt8](repeating: 9, count: 32)))
        guard case .checkpoint(let signed) = try handle.makeCheckpoint(signedBy: Self.hub).record else { return }
        _ = try handle.makeCheckpoint(signedBy: other)
        _ = try handle.makeCheckpoint()
        let any = try #require(try handle.proof(ofUse: "use_2")).verify(trusting: [Self.key.publicKey])
        #expect(any.hub == .untrustedIssuer)
        let proof = try #require(try handle.proof(ofUse: "use_2", trusting: [Self.key.publicKey]))
        let finding = try proof.verify(trusting: [Self.key.publicKey])
        #expect(finding.hub == .valid && finding.checkpoint.checkpointID == signed.checkpointID)
        let stranger = try SigningKey(seed: [UInt8](repeating: 7, count: 32)).publicKey
        let error = try journalError { _ = try handle.proof(ofUse: "use_2", trusting: [stranger]) }
        #expect("\(try #require(error))".contains("trusted keys"))
    }

    // MARK: - Proofs by others

    /// A proof of one record under a checkpoint that may say anything, with right digests and the right root.
    private func proof(
        recordType: String = "treeship/approval-use/v1",
        checkpointType: String = "treeship/journal-checkpoint/v1",
        from: UInt64 = 1,
        to: UInt64 = 1,
        leaves: UInt64 = 1
    ) throws -> UseProof {
        var numbered = use(id: "use_1")
        numbered.useNumber = 1
        let record = JournalRecord.use(numbered).sealed(after: "")
        let recordBytes = try resealed(record.declaredBytes, "treeship/approval-use/v1", recordType)
        var tree = MerkleAccumulator()
        tree.add(recordBytes)
        let stated = JournalCheckpoint(
            fromRecordIndex: from,
            toRecordIndex: to,
            merkleRoot: tree.root.description,
            leafCount: leaves,
            journalID: "jrn_x"
        )
        let checkpoint = JournalRecord.checkpoint(stated).sealed(after: record.recordDigest)
        let bytes = try resealed(checkpoint.declaredBytes, "treeship/journal-checkpoint/v1", checkpointType)
        return UseProof(
            record: StoredRecord(index: 1, record: record, bytes: recordBytes),
            inclusion: InclusionProof(leafIndex: 0, treeSize: 1, hashes: []),
            checkpoint: StoredRecord(index: 2, record: checkpoint, bytes: bytes)
        )
    }

    /// The bytes with another type, and the digest that they then have.
    private func resealed(_ bytes: [UInt8], _ type: String, _ other: String) throws -> [UInt8] {
        let altered = Array(String(decoding: bytes, as: UTF8.self).replacing(type, with: other).utf8)
        let options = JSONOptions(integers: .exact64)
        let old = try RecordReader(parsing: altered).string("record_digest")
        let new = JournalRecord.digest(ofStored: try JSONDocument(parsing: altered, options: options)).description
        return Array(String(decoding: altered, as: UTF8.self).replacing(old, with: new).utf8)
    }

    @Test func aProofThatFitsHolds() throws {
        #expect(try proof().verify().use.useID == "use_1")
    }

    @Test func recordsOfOtherTypesProveNothing() throws {
        let other = try proof(recordType: "treeship/approval-draft/v1")
        #expect { try other.verify() } throws: {
            ($0 as? UseProofError)?.description.contains("record cannot") ?? false
        }
        let note = try proof(checkpointType: "treeship/journal-note/v1")
        #expect { try note.verify() } throws: {
            ($0 as? UseProofError)?.description.contains("checkpoint cannot") ?? false
        }
    }

    @Test(
        arguments: [(1, 5, 1), (1, 0, 1), (1, 1, 2), (0, 1, 1), (2, 2, 1), (1, .max, 1)] as [(UInt64, UInt64, UInt64)]
    )
    func rangesThatDoNotFitProveNothing(from: UInt64, to: UInt64, leaves: UInt64) throws {
        let proof = try proof(from: from, to: to, leaves: leaves)
        #expect { try proof.verify() } throws: { error in
            if case .doesNotFit? = error as? UseProofError { true } else { false }
        }
    }
}
