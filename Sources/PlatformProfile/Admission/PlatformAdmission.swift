public import FileSystemSeam

/// What one handle of a store knows of its platform: it is admitted once, before the handle touches anything.
///
/// A store calls ``require(writing:holding:)`` before it makes anything, takes its lock, and calls
/// ``confirm(_:writing:)`` with the directory that it holds.
public final class PlatformAdmission: Sendable {
    private struct State: Sendable {
        /// What was looked at, and is not confirmed.
        var pending: PlatformGate.Place?
        /// What was looked at and confirmed.
        var admitted: FileIdentity?
        /// What was seen of either.
        var seen: PlatformDiagnostics?
        /// Whether a glance was enough.
        var isGlanced = false
        /// The directory that was last glanced at. What is known of a directory that is open stays true of it.
        weak var glanced: (any Directory)?

        var isUnseen: Bool { pending == nil && admitted == nil && !isGlanced }
    }

    private let path: String
    private let origin: PathOrigin
    private let gate: PlatformGate
    private let fileSystem: any FileSystem
    /// Whether a platform is looked at before a call that only reads.
    private let looksBeforeReading: Bool
    /// Whether it is looked at at all.
    private let looks: Bool
    private let observer: OpenObserver?
    private let state = Condition(State())

    /// An admission for a store.
    ///
    /// - Parameters:
    ///   - profilePath: the profile that the platform has to match; nil for none.
    ///   - withoutProfile: the policy when there is none. `.standard` is asked only of those who write, and where
    ///     nobody is told it costs some microseconds; `.observe` and `.warn` are asked only where there is an observer
    ///     to tell.
    ///   - observer: told after the admission.
    public convenience init(
        to path: String,
        profilePath: String?,
        withoutProfile: AdmissionPolicy = .standard,
        fileSystem: any FileSystem,
        observer: OpenObserver? = nil
    ) {
        self.init(
            to: path,
            from: nil,
            profilePath: profilePath,
            withoutProfile: withoutProfile,
            fileSystem: fileSystem,
            observer: observer
        )
    }

    /// An admission for a store whose path, where it is relative, begins somewhere, wherever the process goes.
    ///
    /// - Parameter origin: where the path begins; that of the profile then begins at what is the working directory now.
    ///   Nil when both begin at that of the moment in which they are looked up.
    package init(
        to path: String,
        from origin: PathOrigin?,
        profilePath: String?,
        withoutProfile: AdmissionPolicy,
        fileSystem: any FileSystem,
        observer: OpenObserver?
    ) {
        let isRequired = profilePath != nil || withoutProfile.depth > .passive
        looksBeforeReading = isRequired
        looks = isRequired || observer != nil || withoutProfile == .standard
        let moment = PathOrigin(ofTheMoment: fileSystem)
        self.origin = origin ?? moment
        let profileOrigin = origin == nil ? nil : profilePath.map { PathOrigin(of: $0, fileSystem) }
        gate = PlatformGate(
            to: path,
            from: self.origin,
            profilePath,
            from: profileOrigin ?? moment,
            withoutProfile,
            fileSystem
        )
        self.path = path
        self.fileSystem = fileSystem
        self.observer = observer
    }

    /// Admits the platform, the first time by looking at it. Calls of several threads look once.
    ///
    /// - Parameters:
    ///   - writing: whether the call that asks writes. Without a profile, and unless the policy is `.require` or
    ///     `.exact`, reading is admitted unseen.
    ///   - directory: the store's directory when it is open already, which saves opening it again.
    /// - Throws: ``PlatformError``; the next call looks again.
    public func require(writing: Bool, holding directory: (any Directory)? = nil) throws(PlatformError) {
        if !looks || !writing && !looksBeforeReading { return }
        try state.withLock { (state) throws(PlatformError) in
            if state.isUnseen { try look(&state, directory) }
        }
    }

    /// Makes sure that the directory a store now holds, locked when it writes, is the one that was looked at; only then
    /// the platform is admitted and the observer told. A directory that came in the place of an admitted one is looked
    /// at anew.
    ///
    /// Costs one `fstat`, or one `fstatfs` where a glance is enough; nothing where the platform was not looked at.
    ///
    /// - Parameter writing: as ``require(writing:holding:)`` was told.
    /// - Throws: ``PlatformError``; the next ``require(writing:holding:)`` looks again.
    public func confirm(_ directory: any Directory, writing: Bool = true) throws(PlatformError) {
        if !looks || !writing && !looksBeforeReading { return }
        try state.withLock { (state) throws(PlatformError) in
            if state.isUnseen { return }
            if state.isGlanced {
                if state.glanced === directory { return }
                state = State()
                try look(&state, directory)
                if state.isGlanced { return }
            }
            let held: FileIdentity
            do throws(FileSystemError) {
                held = try directory.status().identity
            } catch {
                state = State()
                throw .unconfirmed(path: path, reason: "\(error)")
            }
            if state.admitted == held { return }
            if state.admitted != nil {
                state = State()
                try look(&state, nil)
            }
            guard let pending = state.pending, pending.isPlace(of: held) else {
                state = State()
                throw .unconfirmed(path: path, reason: "another directory came in its place while it was looked at")
            }
            state.pending = nil
            state.admitted = held
            if let seen = state.seen { observer?.opened(seen) }
        }
    }

    private func look(_ state: inout State, _ directory: (any Directory)?) throws(PlatformError) {
        if observer == nil, gate.admitsAtAGlance(directory) {
            state.isGlanced = true
            state.glanced = directory
            return
        }
        let seen = try gate.look()
        state.pending = seen.place
        state.seen = PlatformDiagnostics(evidence: seen.evidence, admission: seen.admission)
    }

    /// What was seen when it was admitted; nil before, and when a glance was enough.
    public var diagnostics: PlatformDiagnostics? { state.withLock { $0.admitted == nil ? nil : $0.seen } }

    /// Everything that a store can tell of itself: what was seen when it was admitted, or else what is seen now.
    ///
    /// - Parameters:
    ///   - depth: how far to look at least. Passively, up to 2 ms; `.standard` tries things beside the store, up to 50
    ///     ms.
    ///   - configuration: what the store was opened with, by name.
    ///   - counts: how much it holds, by name.
    /// - Throws: ``PlatformError/invalid(path:_:)`` when the profile cannot be relied on.
    public func diagnostics(
        atLeast depth: ProbeDepth,
        configuration: [String: String],
        counts: [String: UInt64]
    ) throws(PlatformError) -> StoreDiagnostics {
        var known = diagnostics
        if let evidence = known?.evidence, evidence.depth < depth { known = nil }
        let seen = if let known { known } else { try gate.judge(atLeast: depth) }
        return StoreDiagnostics(
            path: path,
            directory: resolved,
            configuration: configuration,
            evidence: seen.evidence,
            admission: seen.admission,
            counts: counts
        )
    }

    /// Where the store's directory stands; nil when it is not there.
    private var resolved: String? {
        guard let directory = try? origin.openDirectory(path) else { return nil }
        defer { try? directory.close() }
        return try? fileSystem.hostProbes?.resolvedPath(of: directory)
    }
}

/// Is told when a store was admitted to its platform, and never when it was refused: once a handle, and again when
/// another directory came in the place of the one it was opened on.
public final class OpenObserver: Sendable, Hashable {
    let opened: @Sendable (PlatformDiagnostics) -> Void

    /// Makes an observer. It is called on the thread of the call that opens the store, and must not call that handle.
    public init(_ opened: @escaping @Sendable (PlatformDiagnostics) -> Void) { self.opened = opened }

    /// An observer is equal to itself.
    public static func == (left: OpenObserver, right: OpenObserver) -> Bool { left === right }

    /// Hashes its identity.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
