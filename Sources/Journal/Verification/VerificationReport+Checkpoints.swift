internal import Canonical
internal import Signing

extension VerificationReport {
    /// What checkpoints state that is not so: failures where a trusted key is concerned, else findings.
    mutating func add(_ audit: MerkleAudit) {
        for mismatch in audit.mismatches {
            if audit.signed.contains(mismatch.index) {
                failures.append(VerificationFailure(mismatch))
            } else {
                let message = "the checkpoint \(mismatch.reason)"
                findings.append(VerificationFinding(kind: .merkleMismatch, index: mismatch.index, message: message))
            }
        }
        for broken in audit.brokenSignatures {
            if broken.isOfTrusted {
                failures.append(VerificationFailure(broken))
            } else {
                let message = "the checkpoint \(broken.reason)"
                findings.append(VerificationFinding(kind: .checkpointSignature, index: broken.index, message: message))
            }
        }
        for claim in audit.unchecked {
            let (from, to) = (claim.checkpoint.fromRecordIndex, claim.checkpoint.toRecordIndex)
            let message =
                "the checkpoint of records \(from) to \(to) was not recomputed: \(MerkleAudit.treeMaximum) others or more that "
                + "begin elsewhere overlap it"
            findings.append(VerificationFinding(kind: .merkleUnchecked, index: claim.index, message: message))
        }
        vouchedUpTo = audit.vouchedUpTo
        failures.sort { $0.index < $1.index }
        findings.sort { $0.index < $1.index }
    }

    /// With trusted keys, one of them must vouch for something. Who makes a chain anew can leave out what they signed,
    /// so that its absence has to be as loud as its alteration.
    ///
    /// Where something else is wrong, that is said, and checkpoints may not have been looked at.
    mutating func requireVouching(by keys: [VerifyingKey]) {
        if keys.isEmpty || vouchedUpTo != nil || !failures.isEmpty { return }
        failures.append(
            VerificationFailure(
                kind: .checkpointUntrusted,
                index: 0,
                message:
                    "no checkpoint that one of the trusted keys signed is there, so that whoever can write all of it may "
                    + "have made all of it anew. Check the key; if its owner signed a checkpoint, restore a copy that holds "
                    + "it, and else have one signed"
            )
        )
    }
}

extension VerificationFailure {
    /// A root that a trusted hub signed and that the records do not have. Its signature covers the digest of the record
    /// before it, and so all of them: they are those that were there when it was signed.
    fileprivate init(_ mismatch: MerkleAudit.Mismatch) {
        self.init(
            kind: .merkleMismatch,
            index: mismatch.index,
            expected: mismatch.checkpoint.merkleRoot,
            actual: mismatch.computed?.description,
            message:
                "record \(mismatch.index), a checkpoint that \(mismatch.checkpoint.hubID) signed, \(mismatch.reason). The "
                + "records before it are those that were there when it was signed: what was signed was wrong. Ask who holds "
                + "the key, and rely on nothing that rests on this root"
        )
    }

    /// A signature of a trusted hub that does not hold.
    fileprivate init(_ broken: MerkleAudit.BrokenSignature) {
        self.init(
            kind: .checkpointSignature,
            index: broken.index,
            message:
                "record \(broken.index), a checkpoint of a trusted key, \(broken.reason). It, or the records before it, "
                + "were replaced after it was signed, or it was appended by somebody who has not the key. Compare with a copy that was "
                + "kept elsewhere, and keep this one: uses may have been recorded since"
        )
    }
}
