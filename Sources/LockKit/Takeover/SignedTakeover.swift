internal import Canonical
public import Signing

/// A ``Takeover`` with its operator's Ed25519 signature.
///
/// As canonical JSON, one line:
///
/// ```
/// {"payload":{…},"signature":"<86 characters of base64url>","type":"holdfast-lock-takeover-v1"}
/// ```
///
/// Signed are the bytes of `holdfast-lock-takeover-v1`, a line feed, and the payload's canonical JSON, so that no other
/// signed text can be taken for a takeover.
public struct SignedTakeover: Sendable, Hashable {
    /// What was decided.
    public let takeover: Takeover
    /// The signature, 64 bytes.
    public let signature: [UInt8]

    private static let type = "holdfast-lock-takeover-v1"

    /// Signs a decision.
    ///
    /// - Throws: `.takeoverRefused(.untrustedKey)` when the decision names another key; `.malformedTakeover` when
    ///   libcrypto fails.
    public init(_ takeover: Takeover, signedBy key: SigningKey) throws(LockError) {
        guard TextBytes.isSame(takeover.operatorKey, key.publicKey.description) else {
            throw .takeoverRefused(.untrustedKey)
        }
        self.takeover = takeover
        do {
            signature = try key.signature(for: Self.signedBytes(takeover))
        } catch let error as LockError {
            throw error
        } catch {
            throw .malformedTakeover(reason: "it could not be signed: \(error)")
        }
    }

    /// Reads a signed decision; the inverse of ``encoded()``. The form of the stale owner's marker is the lock's.
    ///
    /// - Throws: `.malformedTakeover`. The signature is not checked here.
    public init(parsing bytes: [UInt8], form: MarkerForm = .restoreActiveStore) throws(LockError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .malformedTakeover(reason: "it is not valid JSON: \(error)")
        }
        guard let type = value["type"]?.string, type == Self.type else {
            throw .malformedTakeover(reason: "its type is not \(Self.type)")
        }
        guard let payload = value["payload"], let text = value["signature"]?.string else {
            throw .malformedTakeover(reason: "payload or signature is missing")
        }
        guard let signature = Base64.decode(text, .urlUnpadded) else {
            throw .malformedTakeover(reason: "the signature is not base64url without padding")
        }
        takeover = try Takeover(reading: payload, form: form)
        self.signature = signature
    }

    /// The bytes of the file; their form stands at ``SignedTakeover``.
    ///
    /// - Throws: `.malformedTakeover` when a line of the stale marker stands twice.
    public func encoded() throws(LockError) -> [UInt8] {
        var writer = CanonicalWriter(form: .jcs)
        writer.beginObject()
        writer.member("type", Self.type)
        writer.member("payload", takeover)
        writer.member("signature", Base64.encode(signature, .urlUnpadded))
        writer.endObject()
        do {
            return try writer.finish() + [UInt8(ascii: "\n")]
        } catch {
            throw .malformedTakeover(reason: "\(error)")
        }
    }

    /// Checks key and signature, and nothing of what was decided: whether it fits lock, marker, new owner and time,
    /// only the lock can say that takes over.
    ///
    /// - Throws: `.takeoverRefused(.untrustedKey)`, `.takeoverRefused(.badSignature)`.
    public func verify(trustedKeys: [VerifyingKey]) throws(LockError) {
        guard let key = trustedKeys.first(where: { TextBytes.isSame($0.description, takeover.operatorKey) }) else {
            throw .takeoverRefused(.untrustedKey)
        }
        let message = try Self.signedBytes(takeover)
        guard key.isValid(signature: signature, for: message) else { throw .takeoverRefused(.badSignature) }
    }

    private static func signedBytes(_ takeover: Takeover) throws(LockError) -> [UInt8] {
        do {
            return Array("\(type)\n".utf8) + (try takeover.canonicalBytes(.jcs))
        } catch {
            throw .malformedTakeover(reason: "\(error)")
        }
    }
}
