public import FileSystemSeam

/// What a store passes before it touches anything: looks at the platform, and refuses one that is not as it has to be.
public struct PlatformGate: Sendable {
    private let path: String
    private let origin: PathOrigin
    private let profilePath: String?
    private let profileOrigin: PathOrigin
    private let withoutProfile: AdmissionPolicy
    private let fileSystem: any FileSystem

    /// A gate before a store.
    ///
    /// - Parameters:
    ///   - path: the store's directory, which need not be there yet.
    ///   - profilePath: the profile that the platform has to match.
    ///   - withoutProfile: the policy when there is none.
    public init(
        to path: String,
        profilePath: String?,
        withoutProfile: AdmissionPolicy = .standard,
        fileSystem: any FileSystem
    ) {
        let moment = PathOrigin(ofTheMoment: fileSystem)
        self.init(to: path, from: moment, profilePath, from: moment, withoutProfile, fileSystem)
    }

    /// The same, where both paths begin somewhere.
    init(
        to path: String,
        from origin: PathOrigin,
        _ profilePath: String?,
        from profileOrigin: PathOrigin,
        _ withoutProfile: AdmissionPolicy,
        _ fileSystem: any FileSystem
    ) {
        self.path = path
        self.origin = origin
        self.profilePath = profilePath
        self.profileOrigin = profileOrigin
        self.withoutProfile = withoutProfile
        self.fileSystem = fileSystem
    }

    /// Looks and judges. A store that is not there yet is judged by the directory it will be made in.
    ///
    /// Leaves nothing behind. Costs up to 2 ms, and with a profile up to 50 ms on a disk that syncs in some
    /// milliseconds. On one that hangs, what it tries ends after ``PlatformObserver/standardBudgetNanoseconds``;
    /// opening and asking the path does not.
    ///
    /// - Returns: what was observed, and what of it is worth a warning.
    /// - Throws: ``PlatformError``.
    public func pass() throws(PlatformError) -> (evidence: PlatformEvidence, admission: Admission) {
        let seen = try look()
        return (seen.evidence, seen.admission)
    }

    /// Looks, and judges without refusing.
    ///
    /// - Parameter depth: how far to look at least; a profile asks for `.standard`.
    /// - Throws: ``PlatformError/invalid(path:_:)``.
    func judge(atLeast depth: ProbeDepth) throws(PlatformError) -> PlatformDiagnostics {
        let seen = try judged(atLeast: depth)
        return PlatformDiagnostics(evidence: seen.evidence, admission: seen.admission)
    }
}

// MARK: - Looking

extension PlatformGate {
    /// What a look that admitted found.
    struct Look: Sendable {
        var evidence: PlatformEvidence
        var admission: Admission
        var place: Place
    }

    /// Which directory was looked at.
    struct Place: Sendable {
        /// Nil when it could not be told.
        var identity: FileIdentity?
        /// Whether it is the store's directory, and not the one it will be made in.
        var isStore: Bool

        /// Whether a directory that the store now holds is the one that was looked at, or stands on the same device as
        /// the one it was made in.
        func isPlace(of held: FileIdentity) -> Bool {
            guard let identity else { return true }
            return isStore ? identity == held : identity.device == held.device
        }
    }

    func look() throws(PlatformError) -> Look {
        let seen = try judged(atLeast: .passive)
        if seen.admission.isAdmitted { return seen }
        if let profilePath { throw .mismatch(path: profilePath, seen.admission.refusals) }
        throw .unfit(path: path, seen.admission.refusals)
    }

    /// Whether the standard policy surely admits the platform, by the statistics of the file system alone: a hundredth
    /// of the cost of a look. False when it has to be looked at.
    ///
    /// - Parameter directory: the store's, when it is open; nil for where it stands or will be made.
    func admitsAtAGlance(_ directory: (any Directory)?) -> Bool {
        guard profilePath == nil, withoutProfile == .standard else { return false }
        if let directory { return isFit(directory) }
        guard let opened = nearest().opened else { return false }
        defer { try? opened.directory.close() }
        return isFit(opened.directory)
    }

    private func isFit(_ directory: any Directory) -> Bool {
        guard let statistics = try? fileSystem.mountStatistics(of: directory) else { return false }
        return MountEvidence.isSurelyWritableAndHere(statistics)
    }

    private func judged(atLeast depth: ProbeDepth) throws(PlatformError) -> Look {
        var policy = withoutProfile
        if let profilePath { policy = .exact(try StoredProfile(at: profilePath, from: profileOrigin)) }
        let (existing, opened) = nearest()
        try? opened?.directory.close()
        var evidence = PlatformObserver(fileSystem).observe(existing, from: origin, max(depth, policy.depth))
        evidence.path = path
        return Look(
            evidence: evidence,
            admission: policy.judge(evidence),
            place: Place(identity: evidence.identity, isStore: opened?.isStore ?? false)
        )
    }

    /// The nearest directory to the path that is there, by its path and open; not open when something else is in the
    /// way.
    private func nearest() -> (path: String, opened: (directory: any Directory, isStore: Bool)?) {
        var candidate = path
        while true {
            do {
                return (candidate, (try origin.openDirectory(candidate), candidate == path))
            } catch {
                guard error.code == .noEntry else { return (candidate, nil) }
            }
            guard let parts = PathParts(candidate) else { return (candidate, nil) }
            candidate = parts.parent
        }
    }
}
