public import FileSystemSeam

/// What a look at the platform gave: never what the platform's name lets expect.
public enum Evidence<Value: Sendable & Hashable>: Sendable, Hashable {
    /// It was tried, and this came of it.
    case observed(Value)
    /// It was tried, and the system does not have it.
    case unsupported(ErrorNumber)
    /// It was not looked at.
    case unknown
    /// The look itself failed, and says nothing.
    case probeFailed(ErrorNumber)
    /// The look did not end in its time.
    case timedOut
}

extension Evidence {
    /// What was observed; nil for everything else.
    public var value: Value? { if case .observed(let value) = self { value } else { nil } }

    /// What a failed call says: the lack of something, or nothing.
    init(failure: ErrorNumber) {
        switch failure {
        case .notSupported, .notPermitted, .noDevice, .unsupportedByDevice, .notImplemented:
            self = .unsupported(failure)
        // POSIX lets fsync refuse what it cannot sync, and mmap what it cannot map, with EINVAL.
        case .invalidArgument: self = .unsupported(failure)
        case .timedOut: self = .timedOut
        default: self = .probeFailed(failure)
        }
    }

    /// Looks, and takes an error for what it says.
    static func looking(_ body: () throws(FileSystemError) -> Value) -> Evidence {
        do {
            return .observed(try body())
        } catch {
            return Evidence(failure: error.code)
        }
    }

    /// The evidence with its value replaced.
    func map<Other>(_ transform: (Value) -> Other) -> Evidence<Other> {
        switch self {
        case .observed(let value): .observed(transform(value))
        case .unsupported(let code): .unsupported(code)
        case .unknown: .unknown
        case .probeFailed(let code): .probeFailed(code)
        case .timedOut: .timedOut
        }
    }
}
