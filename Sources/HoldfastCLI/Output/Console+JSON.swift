package import Canonical

extension Console {
    /// Writes one RFC 8785 object and a line feed.
    package func write(json object: JSONObject) {
        write(Self.line(of: JSONValue.object(object)))
    }

    /// Writes one RFC 8785 value and a line feed.
    func write(json value: some CanonicalEncodable) { write(Self.line(of: value)) }

    private static func line(of value: some CanonicalEncodable) -> [UInt8] {
        do throws(CanonicalError) {
            return try value.canonicalBytes(.jcs) + [UInt8(ascii: "\n")]
        } catch {
            // Output objects are made of texts and integers under keys spelled out in this module.
            preconditionFailure("an output object has no canonical form: \(error)")
        }
    }
}

extension JSONValue {
    /// An integer, exactly.
    static func integer(_ value: UInt64) -> JSONValue { .number(.unsigned(value)) }
    /// An integer, exactly.
    static func integer(_ value: UInt32) -> JSONValue { .number(.unsigned(UInt64(value))) }
}
