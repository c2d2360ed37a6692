internal import FileSystemSeam

/// What a platform must be like for a store to be opened on it.
public enum AdmissionPolicy: Sendable, Hashable {
    /// Anything will do; nothing is told.
    case observe
    /// Anything will do; what is wanting is told.
    case warn
    /// These must be as wanted. A field without a wanted value, such as the mount's type, needs nothing.
    case require(Set<CapabilityField>)
    /// Everything must be as recorded, and what no store can do without must be there.
    case exact(StoredProfile)
    /// What stores ask for when they are given no profile: no network file system and no read-only mount. What makes
    /// durability doubtful is told.
    case standard

    /// The depth at which the platform has to be looked at.
    public var depth: ProbeDepth {
        switch self {
        case .observe, .warn, .standard: .passive
        case .require, .exact: .standard
        }
    }

    /// Judges what was observed.
    public func judge(_ evidence: PlatformEvidence) -> Admission {
        switch self {
        case .observe: Admission(deltas: [])
        case .warn:
            Admission(
                deltas: (evidence.unfit + evidence.wanting(CapabilityField.essential) + evidence.doubts).map {
                    var delta = $0
                    delta.severity = .warning
                    return delta
                }
            )
        case .require(let fields): Admission(deltas: evidence.wanting(fields))
        case .exact(let profile): Admission(deltas: profile.deltas(to: evidence) + evidence.doubts)
        case .standard: Admission(deltas: evidence.unfit + evidence.doubts)
        }
    }
}

/// Whether a store may be opened on a platform.
public struct Admission: Sendable, Hashable {
    /// Everything that is not as it should be.
    public var deltas: [ProfileDelta]

    /// Makes one from its parts.
    public init(deltas: [ProfileDelta]) { self.deltas = deltas }

    /// What refuses.
    public var refusals: [ProfileDelta] { deltas.filter { $0.severity == .refusal } }

    /// What is told.
    public var warnings: [ProfileDelta] { deltas.filter { $0.severity == .warning } }

    /// Whether a store may be opened.
    public var isAdmitted: Bool { refusals.isEmpty }
}

extension PlatformEvidence {
    /// Fields that are not as wanted, among those that were looked at at this depth.
    func wanting(_ fields: Set<CapabilityField>) -> [ProfileDelta] {
        let found = capabilities
        return fields.sorted().compactMap { field in
            guard let wanted = field.wanted, let value = found[field], value != wanted else { return nil }
            // The mount is looked at at any depth.
            if depth == .passive, value == "unknown", mount.value == nil || !field.isToldByMountTable { return nil }
            return ProfileDelta(
                field: field.rawValue,
                expected: wanted,
                observed: value,
                remedy: field.remedy(observed: value, failure: failure(of: field))
            )
        }
    }

    /// What no store is opened on without being asked to.
    fileprivate var unfit: [ProfileDelta] {
        guard let mount = mount.value else { return [] }
        var deltas: [ProfileDelta] = []
        if mount.source == .network {
            deltas.append(
                ProfileDelta(
                    field: CapabilityField.mountSource.rawValue,
                    expected: "local",
                    observed: "network (\(mount.type))",
                    remedy: "keep the store on a local file system"
                )
            )
        }
        if mount.source == .fuse {
            deltas.append(
                ProfileDelta(
                    field: CapabilityField.mountSource.rawValue,
                    expected: "local",
                    observed: mount.type.isEmpty ? "fuse" : "fuse (\(mount.type))",
                    severity: .warning,
                    remedy:
                        "make sure that no other machine uses this directory, whose locks may end at this one, and that what "
                        + "is behind it keeps what it syncs; or keep the store on a local file system"
                )
            )
        }
        if mount.isReadOnly {
            let field = CapabilityField.mountReadOnly
            deltas.append(
                ProfileDelta(
                    field: field.rawValue,
                    expected: "no",
                    observed: "yes",
                    remedy: field.remedy(observed: "yes", failure: nil)
                )
            )
        }
        return deltas
    }

    /// What makes durability doubtful.
    fileprivate var doubts: [ProfileDelta] {
        guard durabilitySuspect else { return [] }
        let options = mount.value?.toldOptions ?? ""
        let isSaid = mount.value?.optionsGiveUpDurability == true
        return [
            ProfileDelta(
                field: isSaid ? "mount.options" : "sync.file",
                expected: "syncs that reach the device",
                observed: isSaid ? options : "\((sync.file.value ?? 0) / 1000) µs a sync",
                severity: .warning,
                remedy:
                    "mount without volatile and with barriers, and check that the disk's cache is flushed or protected"
            )
        ]
    }
}
