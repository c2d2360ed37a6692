/// Why a store is not opened on a platform. Nothing was created or changed.
public enum PlatformError: Error, Sendable, Hashable {
    /// The profile cannot be relied on. The path is as it was given.
    case invalid(path: String, InvalidProfile)
    /// The platform is not as the profile at this path says.
    case mismatch(path: String, [ProfileDelta])
    /// The platform at this path is not fit for a store.
    case unfit(path: String, [ProfileDelta])
    /// The store's directory is not, or cannot be shown to be, the one that was looked at.
    case unconfirmed(path: String, reason: String)

    /// A short, stable name, for programs.
    public var code: String {
        switch self {
        case .invalid: "platform_profile_invalid"
        case .mismatch: "platform_mismatch"
        case .unfit: "platform_unfit"
        case .unconfirmed: "platform_unconfirmed"
        }
    }
}

extension PlatformError: CustomStringConvertible {
    /// One sentence that names the file or path, and every difference with its remedy.
    public var description: String {
        switch self {
        case .invalid(let path, let reason): "the platform profile \(path) cannot be relied on: \(reason)"
        case .mismatch(let path, let deltas):
            "this platform is not the one that \(path) describes: \(Self.list(deltas))"
        case .unfit(let path, let deltas): "no store can be kept safely in \(path): \(Self.list(deltas))"
        case .unconfirmed(let path, let reason):
            "\(path) was looked at, and what then stood there is not what was seen: \(reason); try again"
        }
    }

    private static func list(_ deltas: [ProfileDelta]) -> String {
        deltas.map { "\($0)" }.joined(separator: "; ")
    }
}
