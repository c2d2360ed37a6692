/// A type that describes itself to a ``CanonicalWriter``, member by member in declaration order.
///
///     extension Point: CanonicalEncodable {
///         func encode(to writer: inout CanonicalWriter) {
///             writer.beginObject()
///             writer.member("x", x)
///             writer.member("label", label)  // an optional: omitted when nil
///             writer.endObject()
///         }
///     }
public protocol CanonicalEncodable {
    /// Writes exactly one value.
    func encode(to writer: inout CanonicalWriter)
}

extension CanonicalEncodable {
    /// The value in a canonical form.
    ///
    /// - Throws: ``CanonicalError`` for NaN, infinities and keys written twice.
    public func canonicalBytes(_ form: CanonicalForm) throws(CanonicalError) -> [UInt8] {
        var writer = CanonicalWriter(form: form)
        encode(to: &writer)
        return try writer.finish()
    }

    /// The digest of the value's canonical form; in a declared form, without holding the whole of it.
    ///
    /// - Throws: ``CanonicalError`` for NaN, infinities and keys written twice.
    public func canonicalDigest(
        _ form: CanonicalForm,
        algorithm: DigestAlgorithm = .sha256
    ) throws(CanonicalError) -> Digest {
        var writer = CanonicalWriter(form: form, hashing: algorithm)
        encode(to: &writer)
        return try writer.finishDigest()
    }
}

extension JSONValue: CanonicalEncodable {
    /// Writes the value, its members in their order.
    public func encode(to writer: inout CanonicalWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.value(value)
        case .number(let value): writer.value(value)
        case .string(let value): writer.value(value)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.encode(to: &writer) }
            writer.endArray()
        case .object(let object):
            writer.beginObject()
            for member in object.members {
                writer.key(member.key)
                member.value.encode(to: &writer)
            }
            writer.endObject()
        }
    }
}

extension JSONDocument: CanonicalEncodable {
    /// Writes the parsed text as one value.
    public func encode(to writer: inout CanonicalWriter) {
        writer.raw(canonicalBytes(writer.form))
    }
}
