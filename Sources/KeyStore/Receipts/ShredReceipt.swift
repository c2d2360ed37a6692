public import Canonical
internal import Signing

/// Says that a scope's keys were destroyed: what, when, why, and how surely.
///
/// It proves that the keys are absent from the live keyset. That there are no copies nobody can prove; what is known to
/// speak for some is named in ``residualRisks``.
///
/// Stored as one JSON object in RFC 8785 form, shown here in lines:
///
///     {"assurance":"effaced",
///      "digest_after":"sha256:…","digest_before":"sha256:…",
///      "generation_after":5,"generation_before":4,
///      "key_ids":["8b0c…"],"number":1,
///      "public_key":"11qY…","reason":"asked for on 3 March",
///      "residual_risks":["copies_elsewhere","device_remapping"],
///      "scope_tag":"3d90…","signature":"92a0…","store_id":"9c41…",
///      "time":"2026-03-03T10:00:00Z","type":"holdfast_shred_receipt","version":1}
///
/// `previous` is the SHA-256 of the receipt before; the first has none. The signature is Ed25519, in unpadded
/// base64url, over `holdfast-shred-receipt-1`, a line feed, and the object without `signature`.
public struct ShredReceipt: Sendable, Hashable {
    /// Whose keys they were.
    public let store: StoreID
    /// Counts a store's receipts, from 1.
    public let number: UInt64
    /// What the keyset calls the scope: 32 bytes from which nothing can be told without the store's keys.
    public let scopeTag: [UInt8]
    /// The destroyed keys, the newest first.
    public let keyIDs: [KeyID]
    /// Why, as the caller said.
    public let reason: String
    /// When it was decided, in UTC (RFC 3339).
    public let time: String
    /// The last generation that held the keys.
    public let generationBefore: UInt64
    /// The digest of that generation's checkpoint.
    public let digestBefore: Digest
    /// The first generation without them.
    public let generationAfter: UInt64
    /// The digest of its checkpoint.
    public let digestAfter: Digest
    /// How surely the keys are gone.
    public let assurance: ErasureAssurance
    /// What that does not reach.
    public let residualRisks: ResidualRisks
    /// SHA-256 of the receipt before; nil for the first.
    public let previous: Digest?
    /// The store's public key, 32 bytes. Who wants to know whose it is compares it with one he trusts.
    public let publicKey: [UInt8]
    /// 64 bytes.
    public private(set) var signature: [UInt8] = []

    static let type = "holdfast_shred_receipt"
    static let domain = Array("holdfast-shred-receipt-1\n".utf8)

    init(
        store: StoreID,
        number: UInt64,
        scopeTag: [UInt8],
        keyIDs: [KeyID],
        reason: String,
        time: String,
        generationBefore: UInt64,
        digestBefore: Digest,
        generationAfter: UInt64,
        digestAfter: Digest,
        assurance: ErasureAssurance,
        residualRisks: ResidualRisks,
        previous: Digest?,
        publicKey: [UInt8],
        signature: [UInt8] = []
    ) {
        (self.store, self.number, self.scopeTag, self.keyIDs) = (store, number, scopeTag, keyIDs)
        (self.reason, self.time, self.assurance, self.residualRisks) = (reason, time, assurance, residualRisks)
        (self.generationBefore, self.digestBefore) = (generationBefore, digestBefore)
        (self.generationAfter, self.digestAfter) = (generationAfter, digestAfter)
        (self.previous, self.publicKey, self.signature) = (previous, publicKey, signature)
    }

    func signed(with key: SigningKey) throws(KeyStoreError) -> ShredReceipt {
        var receipt = self
        do {
            receipt.signature = try key.signature(for: signedBytes)
        } catch {
            throw .cryptography(function: "Ed25519")
        }
        return receipt
    }

    /// Whether the signature is that of ``publicKey``.
    public var isSignatureValid: Bool {
        VerifyingKey.isValid(signature: signature, for: signedBytes, keyBytes: publicKey)
    }

    static func digest(_ bytes: [UInt8]) -> Digest { Digest(hashing: bytes) }
}
