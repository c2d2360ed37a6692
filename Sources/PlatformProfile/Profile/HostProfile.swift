public import Canonical
internal import FileSystemSeam

/// A profile of schema 2: what was observed of a host and a path, with a fingerprint.
///
/// ```
/// {"about":{"architecture":"x86_64","clock_source":"tsc","container":"none","kernel":"Linux 6.12.9",
///   "page_size_bytes":4096,"sync_file_nanoseconds":412000},
///  "capabilities":{"clock.monotonic":"yes", … ,"sync.file":"done"},
///  "fingerprint":"sha256:…","schema_version":2}
/// ```
///
/// Canonical JSON (RFC 8785) and a line feed; shown here on several lines. The fingerprint is the SHA-256 of the
/// canonical form of `capabilities` alone: one host and path give the same, however often and by whom they are looked
/// at. `about` is told to people and compared where it matters, and not covered.
///
/// What `holdfast platform record` does, and what a store makes of it, here or on any other host:
///
/// ```swift
/// let evidence = PlatformObserver(fileSystem).observe("approvals")
/// let profile = HostProfile(evidence)
/// // Where something could not be looked at, the profile would refuse every store, also here.
/// precondition(AdmissionPolicy.exact(.host(profile)).judge(evidence).isAdmitted)
/// try fileSystem.openDirectory("profiles").replaceAtomically("approvals.platform", with: profile.encoded())
///
/// let options = JournalOptions(platformProfile: "profiles/approvals.platform")
/// let journal = ApprovalJournal(at: "approvals", fileSystem: fileSystem, options: options)
/// ```
public struct HostProfile: Sendable, Hashable {
    /// What the platform does, for every field.
    public var capabilities: [CapabilityField: String]
    /// The architecture; empty when unknown.
    public var architecture: String
    /// The kernel's name and release; empty when unknown.
    public var kernel: String
    /// What contains the process, `none`, `docker`; empty when unknown.
    public var container: String
    /// What the clocks count by, `tsc`; empty when unknown.
    public var clockSource: String
    /// The size of a page; 0 when unknown.
    public var pageSizeBytes: UInt64
    /// The median time of a sync; 0 when unknown.
    public var syncFileNanoseconds: UInt64

    /// The profile of what was observed.
    public init(_ evidence: PlatformEvidence) {
        capabilities = evidence.capabilities
        let host = evidence.host.value
        architecture = host?.architecture ?? ""
        kernel = host.map { "\($0.kernelName) \($0.kernelRelease)" } ?? ""
        container = host?.container ?? ""
        clockSource = host?.clockSource ?? ""
        pageSizeBytes = host?.pageSizeBytes ?? 0
        syncFileNanoseconds = evidence.sync.file.value ?? 0
    }

    /// The SHA-256 of the capabilities' canonical form.
    public var fingerprint: Digest {
        do {
            return try capabilityValue.canonicalDigest(.jcs)
        } catch {
            preconditionFailure("keys that differ and no numbers: \(error)")
        }
    }

    private var capabilityValue: JSONValue {
        var object = JSONObject()
        for field in CapabilityField.allCases { object[field.rawValue] = capabilities[field].map(JSONValue.string) }
        return .object(object)
    }

    /// The profile's text, in the form that stands at ``HostProfile``. It is the inverse of ``init(parsing:)``.
    public func encoded() -> [UInt8] {
        let about: JSONObject = [
            "architecture": .string(architecture), "clock_source": .string(clockSource),
            "container": .string(container), "kernel": .string(kernel),
            "page_size_bytes": .number(.unsigned(pageSizeBytes)),
            "sync_file_nanoseconds": .number(.unsigned(syncFileNanoseconds)),
        ]
        let value: JSONObject = [
            "about": .object(about), "capabilities": capabilityValue, "fingerprint": .string(fingerprint.description),
            "schema_version": .number(.unsigned(2)),
        ]
        do {
            return try JSONValue.object(value).canonicalBytes(.jcs) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("keys that differ and whole numbers: \(error)")
        }
    }
}

// MARK: - Reading

extension HostProfile {
    /// Reads a profile's text, in the form that stands at ``HostProfile``, and verifies it. All members must be there,
    /// and no others.
    ///
    /// - Throws: ``InvalidProfile``.
    public init(parsing bytes: [UInt8]) throws(InvalidProfile) {
        try self.init(reading: ProfileText.parse(bytes))
    }

    init(reading value: JSONValue) throws(InvalidProfile) {
        let members = ["about", "capabilities", "fingerprint", "schema_version"]
        let root = try ProfileText.object(value, "the profile", members)
        let aboutMembers = [
            "architecture", "clock_source", "container", "kernel", "page_size_bytes", "sync_file_nanoseconds",
        ]
        let about = try ProfileText.object(root["about"], "about", aboutMembers)
        let found = try ProfileText.object(
            root["capabilities"],
            "capabilities",
            CapabilityField.allCases.map(\.rawValue)
        )
        capabilities = [:]
        for field in CapabilityField.allCases {
            guard let text = found[field.rawValue]?.string else {
                throw .malformed(reason: "capabilities.\(field.rawValue) is not a string")
            }
            capabilities[field] = text
        }
        guard let architecture = about["architecture"]?.string, let kernel = about["kernel"]?.string,
            let clockSource = about["clock_source"]?.string, let container = about["container"]?.string,
            let pageSizeBytes = about["page_size_bytes"]?.number?.unsignedValue,
            let syncFileNanoseconds = about["sync_file_nanoseconds"]?.number?.unsignedValue
        else { throw .malformed(reason: "a member of about has another type") }
        self.architecture = architecture
        self.kernel = kernel
        self.clockSource = clockSource
        self.container = container
        self.pageSizeBytes = pageSizeBytes
        self.syncFileNanoseconds = syncFileNanoseconds
        guard let stored = root["fingerprint"]?.string else { throw .malformed(reason: "fingerprint is not a string") }
        if stored != fingerprint.description {
            throw .wrongFingerprint(stored: stored, recomputed: fingerprint.description)
        }
        try checkMeaning()
    }

    /// Refuses what cannot have been observed.
    private func checkMeaning() throws(InvalidProfile) {
        let failures: Set = ["unsupported", "unknown", "probe_failed", "timed_out"]
        for field in CapabilityField.allCases {
            let value = capabilities[field] ?? ""
            let isKnown =
                switch field {
                case .pathStatus: ["directory", "not_directory", "missing", "probe_failed"].contains(value)
                case .mountSource: failures.contains(value) || MountEvidence.Source(rawValue: value) != nil
                case .mountType, .mountDataMode: true
                case .mountNameMaximum: failures.contains(value) || UInt64(value) != nil
                case .syncFile, .syncData, .syncBarrier, .syncDirectory: value == "done" || failures.contains(value)
                default: value == "yes" || value == "no" || failures.contains(value)
                }
            if !isKnown { throw .inconsistent(field: field.rawValue, reason: "\"\(value)\" is not among its values") }
            // What is not a directory cannot have been tried.
            if capabilities[.pathStatus] != "directory", field != .pathStatus, field != .monotonicClock,
                value != "unknown"
            {
                throw .inconsistent(
                    field: field.rawValue,
                    reason: "\"\(value)\" cannot have been observed where there is no directory"
                )
            }
        }
        let isTried = capabilities[.syncFile] == "done" || capabilities[.lockHandles] == "yes"
        if isTried, capabilities[.mountReadOnly] == "yes" {
            throw .inconsistent(
                field: CapabilityField.mountReadOnly.rawValue,
                reason: "a read-only mount is never tried"
            )
        }
    }
}
