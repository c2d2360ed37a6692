public import FileSystemSeam

/// What one handle of a store knows of its platform: it is admitted once, before the handle touches anything.
public final class PlatformAdmission: Sendable {
    private let gate: PlatformGate
    /// Whether a platform is looked at before a call that only reads.
    private let looksBeforeReading: Bool
    /// Whether it is looked at at all.
    private let looks: Bool
    private let observer: OpenObserver?
    private let admitted = Condition<PlatformDiagnostics?>(nil)

    /// An admission for a store.
    ///
    /// - Parameters:
    ///   - profilePath: the profile that the platform has to match; nil for none.
    ///   - withoutProfile: the policy when there is none; it is asked only of those who write, and where there is an
    ///     observer to tell: a look costs up to a millisecond.
    ///   - observer: told once, after the admission.
    public init(
        to path: String,
        profilePath: String?,
        withoutProfile: AdmissionPolicy = .standard,
        fileSystem: any FileSystem,
        observer: OpenObserver? = nil
    ) {
        looksBeforeReading = profilePath != nil
        looks = profilePath != nil || observer != nil
        gate = PlatformGate(
            to: path,
            profilePath: profilePath,
            withoutProfile: withoutProfile,
            fileSystem: fileSystem
        )
        self.observer = observer
    }

    /// Admits the platform, the first time by looking at it. Calls of several threads look once.
    ///
    /// - Parameter writing: whether the call that asks writes. Without a profile reading is admitted unseen, and without an
    ///   observer writing, too.
    /// - Throws: ``PlatformError``; the next call looks again.
    public func require(writing: Bool) throws(PlatformError) {
        if !looks || !writing && !looksBeforeReading { return }
        try admitted.withLock { (admitted) throws(PlatformError) in
            if admitted != nil { return }
            let passed = try gate.pass()
            let diagnostics = PlatformDiagnostics(evidence: passed.evidence, admission: passed.admission)
            admitted = diagnostics
            observer?.opened(diagnostics)
        }
    }

    /// What was seen when it was admitted; nil before.
    public var diagnostics: PlatformDiagnostics? { admitted.withLock { $0 } }
}

/// What was seen of the platform when a store was admitted to it.
public struct PlatformDiagnostics: Sendable, Hashable {
    /// What was observed; ``PlatformEvidence/path`` is the store's, as given.
    public var evidence: PlatformEvidence
    /// What of it is worth a warning.
    public var admission: Admission

    /// Makes diagnostics from their parts.
    public init(evidence: PlatformEvidence, admission: Admission) {
        self.evidence = evidence
        self.admission = admission
    }
}

/// Is told when a store was admitted to its platform, once a handle, and never when it was refused.
public final class OpenObserver: Sendable, Hashable {
    let opened: @Sendable (PlatformDiagnostics) -> Void

    /// Makes an observer. It is called on the thread of the call that opens the store, and must not call that handle.
    public init(_ opened: @escaping @Sendable (PlatformDiagnostics) -> Void) { self.opened = opened }

    /// An observer is equal to itself.
    public static func == (left: OpenObserver, right: OpenObserver) -> Bool { left === right }

    /// Hashes its identity.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
