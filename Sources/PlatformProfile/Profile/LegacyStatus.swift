public import Canonical
internal import FileSystemSeam

/// A status in a profile of schema 1: a name, or a failed look.
///
/// ```
/// "UnixFsync"
/// {"ProbeFailed":{"reason":"permission denied"}}
/// ```
public enum LegacyStatus: Sendable, Hashable, CustomStringConvertible {
    /// A status by its name. Names of other operating systems are kept.
    case named(String)
    /// The look failed.
    case probeFailed(reason: String)

    /// What stands for anything that was not positively observed in the part that admits.
    public static let rejected = LegacyStatus.named("Rejected")
    static let unknown = LegacyStatus.named("Unknown")
    static let observedUnsupported = LegacyStatus.named("ObservedUnsupported")

    /// Whether something was seen to work.
    var isPositive: Bool {
        guard case .named(let name) = self else { return false }
        return name != "Unknown" && name != "ObservedUnsupported" && name != "Rejected" && !name.isEmpty
            && name != "UnknownMissing" && name != "ObservedUnsupportedNotDirectory" && name != "ProbeFailed"
    }

    /// Whether nothing is known because the look failed.
    var isFailure: Bool { if case .probeFailed = self { true } else { false } }

    /// What follows for the part that admits.
    var admission: LegacyStatus { isPositive ? self : .rejected }

    /// The name, or the failure with its reason.
    public var description: String {
        switch self {
        case .named(let name): name
        case .probeFailed(let reason): "ProbeFailed (\(reason))"
        }
    }

    /// What an observation is called.
    init<Value>(_ evidence: Evidence<Value>, _ name: String, isPositive: (Value) -> Bool) {
        switch evidence {
        case .observed(let value): self = isPositive(value) ? .named(name) : .observedUnsupported
        case .unsupported: self = .observedUnsupported
        case .unknown: self = .unknown
        case .probeFailed(let code): self = .probeFailed(reason: "\(code)")
        case .timedOut: self = .probeFailed(reason: "\(ErrorNumber.timedOut)")
        }
    }
}

// As the checksum of a profile, over bytes: Swift's `String` calls two spellings of one character equal.
extension LegacyStatus {
    /// Equal when both are names or both failures, with the same bytes.
    public static func == (left: LegacyStatus, right: LegacyStatus) -> Bool {
        switch (left, right) {
        case (.named(let one), .named(let other)): TextBytes.isSame(one, other)
        case (.probeFailed(let one), .probeFailed(let other)): TextBytes.isSame(one, other)
        default: false
        }
    }

    /// Feeds the bytes to a hasher.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .named(let name):
            hasher.combine(0)
            TextBytes.hash(name, into: &hasher)
        case .probeFailed(let reason):
            hasher.combine(1)
            TextBytes.hash(reason, into: &hasher)
        }
    }
}

extension LegacyStatus: CanonicalEncodable {
    /// Writes the form that stands at ``LegacyStatus``; `init(reading:_:)` is the inverse.
    public func encode(to writer: inout CanonicalWriter) {
        switch self {
        case .named(let name): writer.value(name)
        case .probeFailed(let reason):
            writer.beginObject()
            writer.key("ProbeFailed")
            writer.beginObject()
            writer.member("reason", reason)
            writer.endObject()
            writer.endObject()
        }
    }

    /// Reads the form that stands at ``LegacyStatus``.
    init(reading value: JSONValue?, _ member: String) throws(InvalidProfile) {
        if let name = value?.string, !name.isEmpty {
            self = .named(name)
            return
        }
        if let object = value?.object, object.members.count == 1, let failure = object["ProbeFailed"]?.object,
            failure.members.count == 1, let reason = failure["reason"]?.string
        {
            self = .probeFailed(reason: reason)
            return
        }
        throw .malformed(reason: "\(member) is neither a name nor {\"ProbeFailed\":{\"reason\":…}}")
    }
}
