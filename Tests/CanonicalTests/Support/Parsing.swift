import Canonical

/// The error that a text is refused with; nil when it is accepted.
func refusal(_ bytes: [UInt8], _ options: JSONOptions = JSONOptions()) -> JSONError? {
    do {
        _ = try JSONDocument(parsing: bytes, options: options)
        return nil
    } catch {
        return error
    }
}

func refusal(_ text: String, _ options: JSONOptions = JSONOptions()) -> JSONError? {
    refusal(Array(text.utf8), options)
}

/// A text in a canonical form, as text.
func canonical(_ text: String, _ form: CanonicalForm = .jcs, _ options: JSONOptions? = nil) throws -> String {
    let document = try JSONDocument(parsing: Array(text.utf8), options: options ?? form.parsingOptions)
    return String(decoding: document.canonicalBytes(form), as: UTF8.self)
}

/// What a writer makes of some calls, as text.
func written(_ form: CanonicalForm, _ calls: (inout CanonicalWriter) -> Void) throws -> String {
    var writer = CanonicalWriter(form: form)
    calls(&writer)
    return String(decoding: try writer.finish(), as: UTF8.self)
}

/// Bytes in the pattern of the BLAKE3 vectors: 0, 1, … 250, 0, 1, …
func patternedBytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }
