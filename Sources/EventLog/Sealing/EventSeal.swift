internal import Canonical
internal import Signing

/// What a log was when its session was closed, so that later truncation and alteration show.
///
/// Stored as `events.seal.json`, one JSON object and a line feed, without white space, texts escaped as in RFC 8785,
/// with the members in exactly this order; those marked `?` are left out when nil:
///
///     {"type":"holdfast/event-seal/v1","session_id":"ssn_golden"?,"event_count":51,"line_count":51,
///      "next_sequence_no":51?,"size":22907,"file_digest":"sha256:…","merkle_root":"sha256:…",
///      "sealed_at":"2026-07-01T00:10:00Z","public_key":"…"?,"signature":"…"?}
///
/// The signature is Ed25519 over the object without its last member, as it stands. `public_key` and `signature` are
/// base64url without padding.
public struct EventSeal: Sendable, Hashable {
    /// The session of the first event; nil when there is none.
    public let sessionID: String?
    /// How many lines are events.
    public let eventCount: UInt64
    /// How many lines there are.
    public let lineCount: UInt64
    /// One more than the highest number, and at least the number of lines; nil when the highest of all was given.
    public let nextSequenceNumber: UInt64?
    /// The length of the events in bytes; they end with a line feed.
    public let byteCount: Int64
    /// The SHA-256 of these bytes, as `sha256:…`.
    public let fileDigest: String
    /// The root of the Merkle tree over the lines without their line feeds (RFC 6962), as `sha256:…`.
    public let merkleRoot: String
    /// When it was sealed (RFC 3339).
    public let sealedAt: String
    /// The Ed25519 key of the signature, base64url without padding.
    public let publicKey: String?
    /// The signature, base64url without padding.
    public internal(set) var signature: String?

    static let type = "holdfast/event-seal/v1"
    /// The longest seal that is read, and no longer one is written: the longest line that is read holds the longest
    /// session, which is written with the fewest escapes, and all the rest is much less than 4 KiB.
    static let byteCountMaximum = LineReader.byteCountMaximum + 4096

    /// The seal as it is stored; the inverse of ``init(parsing:)``. The bytes stand at ``EventSeal``.
    public var bytes: [UInt8] { object(signature) + [UInt8(ascii: "\n")] }

    /// What is signed: the object without the signature.
    var signedBytes: [UInt8] { object(nil) }

    private func object(_ signature: String?) -> [UInt8] {
        var writer = CanonicalWriter(form: .declared)
        writer.beginObject()
        writer.member("type", Self.type)
        writer.member("session_id", sessionID)
        writer.member("event_count", eventCount)
        writer.member("line_count", lineCount)
        writer.member("next_sequence_no", nextSequenceNumber)
        writer.member("size", byteCount)
        writer.member("file_digest", fileDigest)
        writer.member("merkle_root", merkleRoot)
        writer.member("sealed_at", sealedAt)
        writer.member("public_key", publicKey)
        writer.member("signature", signature)
        writer.endObject()
        do throws(CanonicalError) {
            return try writer.finish()
        } catch {
            preconditionFailure("a seal holds texts and integers only: \(error)")
        }
    }

    /// Equal when their bytes are: two spellings of one session are two sessions.
    public static func == (left: EventSeal, right: EventSeal) -> Bool { left.bytes == right.bytes }

    /// Feeds the bytes to a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

    /// Whether the signature is one of the key that the seal names. Whether that key is to be trusted is another
    /// question.
    public var hasValidSignature: Bool {
        guard let signature, let publicKey, let bytes = Base64.decode(signature, .urlUnpadded),
            let key = try? VerifyingKey(base64URL: publicKey)
        else { return false }
        return key.isValid(signature: bytes, for: signedBytes)
    }
}

extension EventSeal {
    /// Reads a seal; the inverse of ``bytes``, which are shown at ``EventSeal``.
    ///
    /// Members that this version does not know are refused: they could be what somebody relied on. So is any other
    /// spelling of the same members, over which the signature is not.
    ///
    /// - Throws: ``EventError`` with the member that is missing, unknown or wrong, or the first byte that is not as it
    ///   is written.
    public init(parsing bytes: [UInt8]) throws(EventError) {
        let object = try Self.object(parsing: bytes)
        var reader = SealReader(object)
        let type = try reader.text("type")
        guard type == Self.type else {
            throw EventError(member: "type", reason: "is \"\(type)\", not \(Self.type)")
        }
        sessionID = try reader.optionalText("session_id")
        eventCount = try reader.integer("event_count")
        lineCount = try reader.integer("line_count")
        nextSequenceNumber = try reader.optionalInteger("next_sequence_no")
        guard let size = Int64(exactly: try reader.integer("size")) else {
            throw EventError(member: "size", reason: "is beyond \(Int64.max)")
        }
        byteCount = size
        fileDigest = try reader.digest("file_digest")
        merkleRoot = try reader.digest("merkle_root")
        sealedAt = try reader.text("sealed_at")
        publicKey = try reader.optionalText("public_key")
        signature = try reader.optionalText("signature")
        try reader.finish()
        if (publicKey == nil) != (signature == nil) {
            throw EventError(member: "signature", reason: "and public_key stand together or not at all")
        }
        let written = self.bytes
        if written != bytes {
            let same = zip(written, bytes).prefix { $0 == $1 }.count
            throw EventError(
                member: "",
                reason: "is not written as seals are, with the members in their order and without white space "
                    + "(byte \(same))",
                byteOffset: same
            )
        }
    }

    private static func object(parsing bytes: [UInt8]) throws(EventError) -> JSONObject {
        do throws(JSONError) {
            let value = try JSONValue(parsing: bytes, options: JSONOptions(integers: .exact64))
            if let object = value.object { return object }
        } catch {
            throw EventError(member: "", reason: "is not valid JSON: \(error)", byteOffset: error.byteOffset)
        }
        throw EventError(member: "", reason: "is no JSON object", byteOffset: 0)
    }
}

/// Takes members out of an object, and notices those that nobody asked for.
private struct SealReader {
    private var object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    private mutating func take(_ name: String) -> JSONValue? {
        defer { object[name] = nil }
        return object[name]
    }

    mutating func optionalText(_ name: String) throws(EventError) -> String? {
        guard let value = take(name) else { return nil }
        guard let text = value.string else { throw EventError(member: name, reason: "is not a string") }
        return text
    }

    mutating func text(_ name: String) throws(EventError) -> String {
        guard let text = try optionalText(name) else { throw EventError(member: name, reason: "is missing") }
        return text
    }

    mutating func optionalInteger(_ name: String) throws(EventError) -> UInt64? {
        guard let value = take(name) else { return nil }
        guard let integer = value.number?.unsignedValue else {
            throw EventError(member: name, reason: "is not an integer from 0 to \(UInt64.max)")
        }
        return integer
    }

    mutating func integer(_ name: String) throws(EventError) -> UInt64 {
        guard let integer = try optionalInteger(name) else { throw EventError(member: name, reason: "is missing") }
        return integer
    }

    mutating func digest(_ name: String) throws(EventError) -> String {
        let text = try text(name)
        do throws(DigestError) {
            return try Digest(parsing: text).description
        } catch {
            throw EventError(member: name, reason: "is wrong: \(error)")
        }
    }

    func finish() throws(EventError) {
        if let member = object.members.first { throw EventError(member: member.key, reason: "is not known") }
    }
}
