internal import Canonical
internal import Journal
internal import Signing
internal import Testing

/// Cases with a record a row.
enum RecordCheckers {
    /// Rows `{kind, record, canonical, digest, note}`: the declared bytes that are hashed, and their digest, as
    /// another implementation computed them.
    static func digests(_ fixture: FixtureCase) throws {
        for row in try fixture.jsonRows(of: "input.jsonl") {
            let note = try row.text("note")
            let kind = try #require(RecordKind(rawValue: try row.text("kind")))
            let stored = try #require(row["record"]).canonicalBytes(.declared)
            let record = try JournalRecord(kind: kind, parsing: stored)
            let written = try record.canonicalBytes(.declared)
            #expect(String(decoding: written, as: UTF8.self) == String(decoding: stored, as: UTF8.self), "\(note)")
            let hashed = emptyingDigest(record.recordDigest, in: written)
            #expect(hashed == (try row.text("canonical")), "\(note)")
            #expect(Digest(hashing: Array(hashed.utf8)).description == record.recordDigest, "\(note)")
            #expect(try row.text("digest") == record.recordDigest, "\(note)")
        }
    }

    /// Rows `{input_hex, result, note}`: whether the bytes are an approval use, and the declared bytes when they
    /// are. `refused_nevertheless` in `expected.json` names what the other implementation accepts and we refuse.
    static func parse(_ fixture: FixtureCase) throws {
        let refused = try fixture.expectation()["refused_nevertheless"]?.array?.compactMap(\.string) ?? []
        for row in try fixture.jsonRows(of: "input.jsonl") {
            let note = try row.text("note")
            let bytes = try #require(Hex.decode(try row.text("input_hex")))
            if let accepted = row["result"]?["ok"], !refused.contains(note) {
                let written = try ApprovalUse(parsing: bytes).canonicalBytes(.declared)
                #expect(String(decoding: written, as: UTF8.self) == (try accepted.text("canonical")), "\(note)")
                #expect(Digest(hashing: written).description == (try accepted.text("digest")), "\(note)")
            } else {
                #expect(throws: RecordError.self, "\(note)") { try ApprovalUse(parsing: bytes) }
            }
        }
    }

    /// Rows `{seed_hex, public_key_hex, record, signing_bytes, verify_strict_math, …}`: what a hub signs of a
    /// checkpoint, and whether the signature is one in the strict sense.
    static func hubSignatures(_ fixture: FixtureCase) throws {
        for row in try fixture.jsonRows(of: "input.jsonl") {
            let name = try row.text("name")
            let signing = Array(try row.text("signing_bytes").utf8)
            let key = try SigningKey(seed: try #require(Hex.decode(try row.text("seed_hex"))))
            #expect(Hex.encode(key.publicKey.bytes) == (try row.text("public_key_hex")), "\(name)")
            let record = try #require(row["record"])
            let shown = try record.text("hub_public_key")
            #expect(key.publicKey.base64URL == shown, "\(name)")
            let signature = Base64.decode(try record.text("hub_signature"), .urlUnpadded)
            let isValid = try VerifyingKey(base64URL: shown).isValid(signature: signature ?? [], for: signing)
            #expect(isValid == (try row.text("verify_strict_math") == "Valid"), "\(name)")
            // Ed25519 is deterministic: signing again gives a genuine signature, and never an altered one.
            #expect((try key.signature(for: signing) == signature) == isValid, "\(name)")
        }
    }

    /// The text with the value of `record_digest` taken out, which is what the digest is computed over.
    private static func emptyingDigest(_ digest: String, in bytes: [UInt8]) -> String {
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: #""record_digest":"\#(digest)""#)
        return parts.joined(separator: #""record_digest":"""#)
    }
}
