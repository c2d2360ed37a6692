internal import Canonical

/// The two PEM forms of an Ed25519 key, as RFC 8410 defines them and `openssl genpkey` writes them.
///
/// DER has one encoding per value and an Ed25519 key has no parameters, so that each form is a fixed header followed by
/// 32 bytes. Comparing with the header is a complete parse.
enum KeyPEM {
    /// One of the forms: the label of the PEM text and the DER bytes before the 32 of the key.
    struct Form {
        let label: String
        let header: [UInt8]
    }

    /// PKCS #8, 48 bytes: SEQUENCE { version 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING { seed } } }.
    static let privateKey = Form(
        label: "PRIVATE KEY",
        header: [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
    )

    /// SubjectPublicKeyInfo, 44 bytes: SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING { no unused bits, key } }.
    static let publicKey = Form(
        label: "PUBLIC KEY",
        header: [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
    )

    /// Writes a key as PEM, with line feeds. It is the inverse of ``read(_:as:into:)``.
    ///
    ///     -----BEGIN PUBLIC KEY-----
    ///     MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
    ///     -----END PUBLIC KEY-----
    static func write(_ key: [UInt8], as form: Form) -> String {
        // Both forms fit into one line of 64 characters.
        let body = Base64.encode(form.header + key, .standard)
        return "-----BEGIN \(form.label)-----\n\(body)\n-----END \(form.label)-----\n"
    }

    /// Reads a key from PEM text, which must be one of the two forms and nothing else. It is the inverse of
    /// ``write(_:as:)``.
    ///
    ///     -----BEGIN PRIVATE KEY-----
    ///     MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
    ///     -----END PRIVATE KEY-----
    ///
    /// Lines end with a line feed or a carriage return and a line feed; the last line end may be missing. No text may
    /// stand around it.
    ///
    /// - Parameters:
    ///   - text: The whole text.
    ///   - form: The form to accept.
    ///   - bytes: Replaced by header and key; secret in parts also after a failure, so that the caller wipes it.
    /// - Throws: ``KeyError/pemLabel(expected:)``, ``KeyError/pemSyntax(line:)``, ``KeyError/derForm(byteOffset:)``.
    static func read(_ text: String, as form: Form, into bytes: inout [UInt8]) throws(KeyError) {
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if let last = lines.last, last.isEmpty { lines.removeLast() }
        for index in lines.indices where lines[index].last == UInt8(ascii: "\r") { lines[index].removeLast() }
        guard let first = lines.first, first.elementsEqual("-----BEGIN \(form.label)-----".utf8) else {
            throw .pemLabel(expected: form.label)
        }
        guard let end = lines.last, lines.count > 2, end.elementsEqual("-----END \(form.label)-----".utf8) else {
            throw .pemSyntax(line: max(lines.count, 2))
        }
        // Every line but the last is full (RFC 7468 section 2); a key of either form fits into one line, so that
        // anything after it means another kind of key.
        guard lines[1].count <= 64, Base64.decode(lines[1], .standard, into: &bytes) else {
            throw .pemSyntax(line: 2)
        }
        for (index, byte) in form.header.enumerated() where index >= bytes.count || bytes[index] != byte {
            throw .derForm(byteOffset: index)
        }
        let length = form.header.count + 32
        guard bytes.count == length, lines.count == 3 else { throw .derForm(byteOffset: min(bytes.count, length)) }
    }
}
