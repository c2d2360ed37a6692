internal import Canonical
internal import Testing

/// Cases with a number a row: the hexadecimal bits of a double, then how it is written.
enum NumberCheckers {
    /// Rows `bits,text`: the number as RFC 8785 writes it. `digest` in `expected.json`, where it is, is the
    /// published digest of the whole file.
    static func jcs(_ fixture: FixtureCase) throws {
        try check(fixture, columns: [.jcs])
        if let digest = try fixture.expectation()["digest"]?.string {
            #expect(Digest(hashing: try fixture.bytes(of: "input.txt")).description == digest)
        }
    }

    /// Rows `bits,text,text`: the number in declared form, as newer and as older writers print it.
    static func declared(_ fixture: FixtureCase) throws {
        try check(fixture, columns: [.declared, .declaredRyu])
    }

    private static func check(_ fixture: FixtureCase, columns: [CanonicalForm]) throws {
        for row in try fixture.rows(of: "input.txt") {
            let fields = row.split(separator: UInt8(ascii: ","))
            try #require(fields.count == columns.count + 1)
            let bits = try #require(UInt64(String(decoding: fields[0], as: UTF8.self), radix: 16))
            for (form, field) in zip(columns, fields.dropFirst()) {
                if let fault = try fault(Double(bitPattern: bits), [UInt8](field), form) {
                    Issue.record("\(fixture.testDescription): \(String(decoding: row, as: UTF8.self)): \(fault)")
                }
            }
        }
    }

    /// What is wrong with how a number is written, recognised or read back; nil when nothing is.
    private static func fault(_ number: Double, _ text: [UInt8], _ form: CanonicalForm) throws -> String? {
        let written = try JSONValue.number(.double(number)).canonicalBytes(form)
        if written != text { return "written as \(String(decoding: written, as: UTF8.self))" }
        if !form.isCanonical(text) { return "not recognised as canonical" }
        let read = try JSONValue(parsing: text, options: form.parsingOptions).number?.doubleValue
        // RFC 8785 writes -0 as 0, so equality, not identity of bits, is what survives.
        return read == number ? nil : "read back as \(read.map(String.init(describing:)) ?? "no number")"
    }
}
