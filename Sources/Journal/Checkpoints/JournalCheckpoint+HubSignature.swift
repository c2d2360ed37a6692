internal import Canonical
public import Signing

/// What a checkpoint's hub signature is worth.
public enum HubVerdict: Sendable, Hashable {
    /// A trusted hub signed exactly this.
    case valid
    /// It is a hub's, but a member that a hub's checkpoint must have is absent.
    case missingField(String)
    /// The signature is not one of these contents by the key in the checkpoint.
    case tampered
    /// It is a local checkpoint: nobody signed it for a hub.
    case notAHubCheckpoint
    /// The signature holds, but its key is none of the trusted ones: anyone could have made it.
    case untrustedIssuer
}

extension JournalCheckpoint {
    /// What a hub signs: the declared JSON of these members, all of them written, also when they are empty.
    ///
    ///     {"type":"treeship/journal-checkpoint/v1","checkpoint_id":"cp_…","checkpoint_kind":"hub-org",
    ///      "from_record_index":1,"to_record_index":5,"merkle_root":"sha256:…","leaf_count":5,
    ///      "journal_id":"jrn_…","created_at":"…","hub_id":"…","hub_public_key":"…","signed_at":"…",
    ///      "covered_use_ids":[],"covered_grant_ids":[],"previous_record_digest":"sha256:…"}
    public var hubSigningBytes: [UInt8] {
        do {
            return try HubSignedMembers(checkpoint: self).canonicalBytes(.declared)
        } catch {
            preconditionFailure("a checkpoint holds no value that JSON cannot: \(error)")
        }
    }

    /// Checks the hub's signature.
    ///
    /// - Parameter trusted: whose signatures count.
    public func hubVerdict(trusting trusted: [VerifyingKey]) -> HubVerdict {
        guard kind == .hubOrg else { return .notAHubCheckpoint }
        for (name, value) in [
            ("hub_id", hubID), ("hub_public_key", hubPublicKey), ("hub_signature", hubSignature),
            ("signed_at", signedAt),
        ] where value.isEmpty {
            return .missingField(name)
        }
        guard let key = try? VerifyingKey(base64URL: hubPublicKey),
            let signature = Base64.decode(hubSignature, .urlUnpadded),
            key.isValid(signature: signature, for: hubSigningBytes)
        else { return .tampered }
        return trusted.contains(key) ? .valid : .untrustedIssuer
    }

    /// The same checkpoint, signed for a hub. What the signature covers must not be changed afterwards, which is
    /// why ``ApprovalJournal/makeCheckpoint(from:to:signedBy:)`` signs under the journal's lock.
    ///
    /// - Throws: when libcrypto fails.
    func signed(by signer: HubSigner, at time: String) throws(CryptoLibraryError) -> JournalCheckpoint {
        var signed = self
        signed.type = RecordKind.journalCheckpoint.typeName
        signed.kind = .hubOrg
        signed.hubID = signer.hubID
        signed.hubPublicKey = signer.key.publicKey.base64URL
        signed.signedAt = time
        signed.hubSignature = Base64.encode(try signer.key.signature(for: signed.hubSigningBytes), .urlUnpadded)
        return signed
    }
}

/// Who signs checkpoints for a hub.
public struct HubSigner: Sendable {
    /// The hub's name, such as `hub://org-0`: an identifier, and so not empty, at most 4096 bytes, without control
    /// characters. A checkpoint is not appended with another one (`.invalidArgument`, `hub_id`).
    public let hubID: String
    /// Its private key.
    public let key: SigningKey

    /// Makes a signer.
    public init(hubID: String, key: SigningKey) {
        self.hubID = hubID
        self.key = key
    }
}

/// The members under a hub's signature.
private struct HubSignedMembers: CanonicalEncodable {
    let checkpoint: JournalCheckpoint

    func encode(to writer: inout CanonicalWriter) {
        writer.beginObject()
        writer.member("type", checkpoint.type)
        writer.member("checkpoint_id", checkpoint.checkpointID)
        writer.member("checkpoint_kind", checkpoint.kind.rawValue)
        writer.member("from_record_index", checkpoint.fromRecordIndex)
        writer.member("to_record_index", checkpoint.toRecordIndex)
        writer.member("merkle_root", checkpoint.merkleRoot)
        writer.member("leaf_count", checkpoint.leafCount)
        writer.member("journal_id", checkpoint.journalID)
        writer.member("created_at", checkpoint.createdAt)
        writer.member("hub_id", checkpoint.hubID)
        writer.member("hub_public_key", checkpoint.hubPublicKey)
        writer.member("signed_at", checkpoint.signedAt)
        writer.member("covered_use_ids", checkpoint.coveredUseIDs)
        writer.member("covered_grant_ids", checkpoint.coveredGrantIDs)
        writer.member("previous_record_digest", checkpoint.previousRecordDigest)
        writer.endObject()
    }
}
