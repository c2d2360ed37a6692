/// How values become bytes, so that equal values have equal bytes.
public enum CanonicalForm: Sendable, Hashable, CaseIterable {
    /// RFC 8785 (JSON Canonicalization Scheme): keys sorted by UTF-16 code units, numbers as ECMAScript
    /// prints them.
    case jcs
    /// Members in the order they were declared or read, compact, as Rust's `serde_json::to_vec` writes a
    /// struct; floats as serde_json 1.0.147 and later prints them (`1e+16`).
    case declared
    /// As ``declared``, with floats as serde_json 1.0.146 and earlier prints them (`1e16`).
    case declaredRyu

    /// How a text in this form is read when nothing else is said: as the RFC says for `jcs`, and with exact
    /// 64-bit integers for the declared forms.
    public var parsingOptions: JSONOptions {
        JSONOptions(integers: integers)
    }

    /// How integers beyond ±2⁵³ are read when nothing else is said.
    var integers: JSONOptions.Integers { sortsKeys ? .double : .exact64 }

    var sortsKeys: Bool { self == .jcs }

    var numberLayout: NumberLayout {
        switch self {
        case .jcs: .ecmaScript
        case .declared: .serde
        case .declaredRyu: .serdeRyu
        }
    }
}

/// A value has no canonical form.
public enum CanonicalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A number is NaN or infinite; the key is the innermost one around it, empty at the top.
    case notFinite(key: String)
    /// An object was given one key twice.
    case duplicateKey(String)

    /// One sentence that names the key.
    public var description: String {
        switch self {
        case .notFinite(let key):
            "the number at \"\(key)\" is NaN or infinite, which JSON cannot hold"
        case .duplicateKey(let key):
            "the key \"\(key)\" stands twice in one object"
        }
    }
}
