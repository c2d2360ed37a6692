public import FileSystemSeam

/// Why a file is no profile that can be relied on.
public enum InvalidProfile: Error, Sendable, Hashable {
    /// There is none.
    case missing
    /// It cannot be read.
    case unreadable(FileSystemError)
    /// It is not JSON.
    case notJSON(reason: String)
    /// It has a schema that this version does not know.
    case wrongSchema(found: String)
    /// Something is missing, unknown or of another type.
    case malformed(reason: String)
    /// Its contents do not have the fingerprint it carries.
    case wrongFingerprint(stored: String, recomputed: String)
    /// It says what cannot have been observed.
    case inconsistent(field: String, reason: String)

    /// A short, stable name, for programs.
    public var code: String {
        switch self {
        case .missing: "missing"
        case .unreadable: "unreadable"
        case .notJSON: "not_json"
        case .wrongSchema: "wrong_schema"
        case .malformed: "malformed"
        case .wrongFingerprint: "wrong_fingerprint"
        case .inconsistent: "inconsistent"
        }
    }
}

extension InvalidProfile: CustomStringConvertible {
    /// What is wrong, and what to do.
    public var description: String {
        let again = "record the platform again, on the host that is meant"
        switch self {
        case .missing: return "there is no such file; check its path, or \(again)"
        case .unreadable(let error): return "it cannot be read: \(error)"
        case .notJSON(let reason): return "it is not JSON: \(reason); \(again)"
        case .wrongSchema(let found):
            return "it has the schema \(found), and this version knows 1 and 2; use a version that knows it"
        case .malformed(let reason): return "\(reason); \(again)"
        case .wrongFingerprint(let stored, let recomputed):
            return
                "it was changed: its fingerprint is \(stored), and its contents give \(recomputed); restore it, or \(again)"
        case .inconsistent(let field, let reason): return "\(field) cannot be so: \(reason); \(again)"
        }
    }
}
