public import FileSystemSeam

/// Looks at a host and a path.
///
/// Whatever is tried is tried in a directory of a random name inside the path, which is removed with what is in it,
/// also when the process is killed meanwhile; not when everything is ended at once, as by a power cut or with a
/// container (see ``HostProbes/scratchDirectory(_:in:)``). Two looks at one path do not disturb each other, and none
/// disturbs a store there.
public struct PlatformObserver: Sendable {
    /// How long probes may take together unless it is said otherwise, in nanoseconds: ten seconds, 200 times what they
    /// take on most disks. A store and a person who asks give them the same, so that both find the same.
    public static let standardBudgetNanoseconds: UInt64 = 10_000_000_000

    /// What the directory in which things are tried is a temporary name of: `.holdfast-probe.tmp-`, and random digits.
    package static let scratchName = "holdfast-probe"

    private let fileSystem: any FileSystem
    /// How long all probes that try something may take together, in nanoseconds. One that does not end in time is left
    /// behind on its thread and reported as timed out.
    public var budgetNanoseconds: UInt64

    /// Makes an observer.
    public init(_ fileSystem: any FileSystem, budgetNanoseconds: UInt64 = standardBudgetNanoseconds) {
        self.fileSystem = fileSystem
        self.budgetNanoseconds = budgetNanoseconds
    }

    /// Looks. Never throws: what cannot be seen is said as evidence.
    ///
    /// A read-only mount, and one over a network, is not tried, whatever the depth: nothing is written to the one, and
    /// a lock may hang on the other.
    ///
    /// - Parameter triesNetworkFileSystems: whether to try those all the same.
    public func observe(
        _ path: String,
        depth: ProbeDepth = .standard,
        triesNetworkFileSystems: Bool = false
    ) -> PlatformEvidence {
        observe(path, from: PathOrigin(ofTheMoment: fileSystem), depth, triesNetworkFileSystems)
    }

    /// The same, of a path that begins somewhere.
    func observe(
        _ path: String,
        from origin: PathOrigin,
        _ depth: ProbeDepth,
        _ triesNetworkFileSystems: Bool = false
    ) -> PlatformEvidence {
        let start = fileSystem.monotonicClock()
        var evidence = look(path, origin, depth, triesNetworkFileSystems, start.nanoseconds)
        evidence.monotonicClock = clock(since: start)
        evidence.elapsedNanoseconds = fileSystem.monotonicClock().nanoseconds(since: start)
        return evidence
    }

    private func look(
        _ path: String,
        _ origin: PathOrigin,
        _ depth: ProbeDepth,
        _ triesNetworkFileSystems: Bool,
        _ start: UInt64
    ) -> PlatformEvidence {
        var evidence = PlatformEvidence(path: path, depth: depth, status: .missing, startNanoseconds: start)
        evidence.host = fileSystem.hostProbes.map { .observed($0.hostFacts) } ?? .unknown
        let directory: any Directory
        do {
            directory = try origin.openDirectory(path)
        } catch {
            evidence.pathStatus = Self.status(error.code)
            return evidence
        }
        defer { try? directory.close() }
        evidence.pathStatus = .directory
        evidence.isSymbolicLink = symbolicLink(path, origin)
        evidence.identity = try? directory.status().identity
        evidence.mount = .looking { () throws(FileSystemError) in
            MountEvidence(try fileSystem.mountFactsWithJournaling(of: directory))
        }
        evidence.deviceWritesBack =
            fileSystem.hostProbes?.writesBack(below: directory).map { .observed($0) } ?? .unknown
        if depth > .passive, let mount = evidence.mount.value, !mount.isReadOnly,
            mount.source != .network || triesNetworkFileSystems
        {
            tryEverything(directory, &evidence)
        }
        return evidence
    }

    private static func status(_ code: ErrorNumber) -> PathStatus {
        switch code {
        case .noEntry: .missing
        case .notDirectory: .notDirectory
        default: .probeFailed(code)
        }
    }

    private func clock(since start: MonotonicTime) -> Evidence<Bool> {
        var before = start
        for _ in 0..<16 {
            let now = fileSystem.monotonicClock()
            if now < before { return .observed(false) }
            before = now
        }
        return .observed(true)
    }

    /// Whether the last part of a path is a symbolic link. Slashes and `/.` at its end stand for what they are behind.
    private func symbolicLink(_ path: String, _ origin: PathOrigin) -> Evidence<Bool> {
        guard let parts = PathParts(path) else { return .observed(false) }
        if parts.last.utf8.elementsEqual(".".utf8) { return symbolicLink(parts.parent, origin) }
        guard parts.last.isPathComponent else { return .observed(false) }
        return .looking { () throws(FileSystemError) in
            try origin.linkExtent(parts.joined).kind == .symbolicLink
        }
    }

    private func tryEverything(_ directory: any Directory, _ evidence: inout PlatformEvidence) {
        let trial = PlatformTrial(directory, fileSystem, depth: evidence.depth, budgetNanoseconds: budgetNanoseconds)
        let found = trial.run()
        evidence.sync = found.sync
        evidence.locks = found.locks
        evidence.names = found.names
        evidence.contents = found.contents
    }
}
