internal import Canonical

/// One thing in which a platform is not as it was recorded, or as it has to be.
public struct ProfileDelta: Sendable, Hashable, CustomStringConvertible {
    /// What kind of thing it is.
    public enum Kind: String, Sendable, Hashable {
        /// What the platform does.
        case capability
        /// Which platform it is.
        case identity
        /// How fast it is.
        case performance
    }

    /// What follows from it.
    public enum Severity: String, Sendable, Hashable {
        /// A store is not opened.
        case refusal
        /// It is told.
        case warning
    }

    /// The member of the profile, such as `sync.directory` or `store_path.mmap_index`.
    public var field: String
    /// What was recorded, or is needed.
    public var expected: String
    /// What is there.
    public var observed: String
    /// What kind of thing it is.
    public var kind: Kind
    /// What follows.
    public var severity: Severity
    /// What to do.
    public var remedy: String

    /// Makes one from its parts.
    public init(
        field: String,
        expected: String,
        observed: String,
        kind: Kind = .capability,
        severity: Severity = .refusal,
        remedy: String
    ) {
        self.field = field
        self.expected = expected
        self.observed = observed
        self.kind = kind
        self.severity = severity
        self.remedy = remedy
    }

    /// `sync.directory is unsupported instead of done: keep the store …`.
    public var description: String {
        "\(field) is \(observed.isEmpty ? "empty" : observed) instead of \(expected.isEmpty ? "empty" : expected): \(remedy)"
    }
}

extension StoredProfile {
    /// In what a platform is not as this profile says, and what no store can do without that it does not have.
    public func deltas(to evidence: PlatformEvidence) -> [ProfileDelta] {
        switch self {
        case .legacy(let profile): profile.deltas(to: evidence)
        case .host(let profile): profile.deltas(to: evidence)
        }
    }
}

extension LegacyProfile {
    func deltas(to evidence: PlatformEvidence) -> [ProfileDelta] {
        let observed = LegacyProfile(evidence)
        var deltas: [ProfileDelta] = []
        // Reasons of failures are words for people.
        func isSame(_ recorded: LegacyStatus, _ found: LegacyStatus) -> Bool {
            if case (.probeFailed, .probeFailed) = (recorded, found) { true } else { recorded == found }
        }
        let isAnyFailure = observed.fields.contains { $0.status.isFailure }
        for (recorded, found) in zip(fields, observed.fields) where !isSame(recorded.status, found.status) {
            deltas.append(
                ProfileDelta(
                    field: recorded.name,
                    expected: "\(recorded.status)",
                    observed: "\(found.status)",
                    // What failed is also rejected.
                    remedy: found.status.isFailure || isAnyFailure && found.status == .rejected
                        ? "see to it that it can be looked at: a failed look says nothing of the platform"
                        : "use the host and path that were recorded, or record the platform again"
                )
            )
        }
        // Its members say nothing of locks that exclude, of syncs of files and much else.
        return deltas + evidence.wanting(CapabilityField.essential)
    }
}

extension HostProfile {
    func deltas(to evidence: PlatformEvidence) -> [ProfileDelta] {
        let observed = HostProfile(evidence)
        var deltas: [ProfileDelta] = []
        for field in CapabilityField.allCases {
            let expected = capabilities[field] ?? ""
            let found = observed.capabilities[field] ?? ""
            let remedy = field.remedy(observed: found, failure: evidence.failure(of: field))
            // As the fingerprint, over bytes.
            if !TextBytes.isSame(found, expected) {
                deltas.append(
                    ProfileDelta(
                        field: field.rawValue,
                        expected: expected,
                        observed: found,
                        remedy: remedy
                    )
                )
            } else if CapabilityField.essential.contains(field), let wanted = field.wanted, found != wanted {
                deltas.append(
                    ProfileDelta(
                        field: field.rawValue,
                        expected: wanted,
                        observed: found,
                        remedy: remedy
                    )
                )
            }
        }
        let identities = [
            ("about.architecture", architecture, observed.architecture), ("about.kernel", kernel, observed.kernel),
            ("about.clock_source", clockSource, observed.clockSource),
            ("about.container", container, observed.container),
            ("about.page_size_bytes", String(pageSizeBytes), String(observed.pageSizeBytes)),
        ]
        for (field, expected, found) in identities where !TextBytes.isSame(expected, found) {
            deltas.append(
                ProfileDelta(
                    field: field,
                    expected: expected,
                    observed: found,
                    kind: .identity,
                    severity: .warning,
                    remedy: "record the platform again when the change is meant"
                )
            )
        }
        let (before, now) = (syncFileNanoseconds, observed.syncFileNanoseconds)
        if before > 0, now > 0, now / 10 > before || before / 10 > now {
            deltas.append(
                ProfileDelta(
                    field: "about.sync_file_nanoseconds",
                    expected: String(before),
                    observed: String(now),
                    kind: .performance,
                    severity: .warning,
                    remedy: "check the disk when it became slow, and its write cache when it became fast"
                )
            )
        }
        return deltas
    }
}
