internal import Canonical

extension ShredReceipt {
    /// The receipt as it is stored; the form stands at ``ShredReceipt``.
    public var bytes: [UInt8] { encoded(isSigned: true) }

    /// What the signature is over.
    var signedBytes: [UInt8] { Self.domain + encoded(isSigned: false) }

    private func encoded(isSigned: Bool) -> [UInt8] {
        var writer = CanonicalWriter(form: .jcs)
        writer.beginObject()
        writer.member("assurance", assurance.name)
        writer.member("digest_after", digestAfter.description)
        writer.member("digest_before", digestBefore.description)
        writer.member("generation_after", generationAfter)
        writer.member("generation_before", generationBefore)
        writer.member("key_ids", keyIDs.map(\.description))
        writer.member("number", number)
        if let previous { writer.member("previous", previous.description) }
        writer.member("public_key", Base64.encode(publicKey, .urlUnpadded))
        writer.member("reason", reason)
        writer.member("residual_risks", residualRisks.names)
        writer.member("scope_tag", Hex.encode(scopeTag))
        if isSigned { writer.member("signature", Base64.encode(signature, .urlUnpadded)) }
        writer.member("store_id", store.description)
        writer.member("time", time)
        writer.member("type", Self.type)
        writer.member("version", 1)
        writer.endObject()
        // Every name is written once, and no number is a fraction.
        return (try? writer.finish()) ?? []
    }

    /// Reads a receipt; the inverse of ``bytes``. The signature is checked, not whose it is.
    ///
    /// - Throws: `.malformedReceipt`, also when the bytes are not the one form they should have.
    public init(parsing bytes: [UInt8]) throws(KeyStoreError) {
        let value: JSONValue
        do {
            value = try JSONDocument(parsing: bytes, options: CanonicalForm.jcs.parsingOptions).value
        } catch {
            throw .malformedReceipt(reason: "\(error)")
        }
        func fail(_ member: String) -> KeyStoreError { .malformedReceipt(reason: "its \(member) is missing or wrong") }
        func text(_ member: String) throws(KeyStoreError) -> String {
            guard let text = value[member]?.string else { throw fail(member) }
            return text
        }
        func number(_ member: String) throws(KeyStoreError) -> UInt64 {
            guard let integer = value[member]?.number?.unsignedValue else { throw fail(member) }
            return integer
        }
        func digest(_ member: String) throws(KeyStoreError) -> Digest {
            do { return try Digest(parsing: try text(member)) } catch { throw fail(member) }
        }
        func texts(_ member: String) throws(KeyStoreError) -> [String] {
            guard let array = value[member]?.array else { throw fail(member) }
            return array.compactMap(\.string)
        }
        guard try text("type") == Self.type, try number("version") == 1 else { throw fail("type or version") }
        guard let store = Hex.decode(try text("store_id")).flatMap({ StoreID(bytes: $0) }) else {
            throw fail("store_id")
        }
        guard let tag = Hex.decode(try text("scope_tag")), tag.count == 32 else { throw fail("scope_tag") }
        guard let risks = ResidualRisks(names: try texts("residual_risks")) else { throw fail("residual_risks") }
        let assuranceName = try text("assurance")
        guard let assurance = ErasureAssurance.allCases.first(where: { $0.name == assuranceName }) else {
            throw fail("assurance")
        }
        let ids = try texts("key_ids").compactMap { Hex.decode($0).flatMap { KeyID(bytes: $0) } }
        guard let publicKey = Base64.decode(try text("public_key"), .urlUnpadded), publicKey.count == 32 else {
            throw fail("public_key")
        }
        guard let signature = Base64.decode(try text("signature"), .urlUnpadded), signature.count == 64 else {
            throw fail("signature")
        }
        self.init(
            store: store,
            number: try number("number"),
            scopeTag: tag,
            keyIDs: ids,
            reason: try text("reason"),
            time: try text("time"),
            generationBefore: try number("generation_before"),
            digestBefore: try digest("digest_before"),
            generationAfter: try number("generation_after"),
            digestAfter: try digest("digest_after"),
            assurance: assurance,
            residualRisks: risks,
            previous: value["previous"] == nil ? nil : try digest("previous"),
            publicKey: publicKey,
            signature: signature
        )
        guard self.bytes == bytes else {
            throw .malformedReceipt(reason: "it is not in the form receipts are written in")
        }
        guard isSignatureValid else { throw .malformedReceipt(reason: "its signature is not valid") }
    }
}
