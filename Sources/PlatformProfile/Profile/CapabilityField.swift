internal import FileSystemSeam

/// One thing that a platform does or does not, by its name in a profile.
public enum CapabilityField: String, Sendable, Hashable, CaseIterable, Comparable {
    /// What stands at the path.
    case pathStatus = "path.status"
    /// Whether the path's last part is a symbolic link.
    case pathSymbolicLink = "path.symbolic_link"
    /// The file system's name.
    case mountType = "mount.type"
    /// See ``MountEvidence/Source``.
    case mountSource = "mount.source"
    /// Whether writes are refused.
    case mountReadOnly = "mount.read_only"
    /// Whether the options say that nothing is ever synced.
    case mountVolatile = "mount.volatile"
    /// Whether the options say that caches are never flushed.
    case mountNoBarriers = "mount.no_barriers"
    /// The value of ext's `data=`.
    case mountDataMode = "mount.data_mode"
    /// The longest name, in bytes.
    case mountNameMaximum = "mount.name_maximum_bytes"
    /// Whether files are synced in full.
    case syncFile = "sync.file"
    /// Whether contents of files are synced.
    case syncData = "sync.data"
    /// Whether writes are ordered.
    case syncBarrier = "sync.barrier"
    /// Whether names are synced.
    case syncDirectory = "sync.directory"
    /// Whether a lock keeps out a second handle.
    case lockHandles = "lock.excludes_handles"
    /// Whether a lock keeps out another process.
    case lockProcesses = "lock.excludes_processes"
    /// Whether a lock ends with a killed process.
    case lockEnds = "lock.ends_with_process"
    /// Whether directories can be locked.
    case lockDirectories = "lock.excludes_on_directories"
    /// Whether a symbolic link in place of a lock file is refused.
    case lockSymbolicLinks = "lock.refuses_symbolic_links"
    /// Whether a rename replaces.
    case renameReplaces = "names.rename_replaces"
    /// Whether an exclusive rename refuses to replace.
    case exclusiveRename = "names.exclusive_rename_refuses"
    /// Whether files can have two names.
    case links = "names.links"
    /// Whether removed files stay usable while they are open.
    case removedFiles = "names.removed_files_stay_usable"
    /// Whether there are files without a name.
    case unnamedFiles = "names.unnamed_files"
    /// Whether case makes names different.
    case caseMatters = "names.case_matters"
    /// Whether Unicode normalisation makes names different.
    case normalizationMatters = "names.normalization_matters"
    /// Whether reads at an offset are right.
    case positionedReads = "contents.positioned_reads"
    /// Whether shared maps are coherent.
    case sharedMaps = "contents.shared_maps"
    /// Whether space can be reserved.
    case preallocation = "contents.preallocation"
    /// Whether space can be given back from the middle of a file.
    case holePunching = "contents.hole_punching"
    /// Whether times of change tell writes apart that are milliseconds apart.
    case fineModificationTimes = "contents.fine_modification_times"
    /// Whether the monotonic clock never goes back.
    case monotonicClock = "clock.monotonic"

    /// By name.
    public static func < (left: CapabilityField, right: CapabilityField) -> Bool { left.rawValue < right.rawValue }

    /// What no store can do without: a profile in which one of these is wanting admits nothing.
    public static let essential: Set<CapabilityField> = [
        .pathStatus, .mountReadOnly, .mountVolatile, .syncFile, .syncData, .syncDirectory, .lockHandles,
        .lockProcesses, .lockEnds, .lockDirectories, .lockSymbolicLinks, .renameReplaces, .exclusiveRename,
        .positionedReads, .monotonicClock,
    ]

    /// The value that is wanted where there is one to want.
    var wanted: String? {
        switch self {
        case .pathStatus: "directory"
        case .mountType, .mountSource, .mountDataMode, .mountNameMaximum: nil
        case .pathSymbolicLink, .mountReadOnly, .mountVolatile, .mountNoBarriers: "no"
        case .syncFile, .syncData, .syncBarrier, .syncDirectory: "done"
        default: "yes"
        }
    }

    /// Whether only the mount table tells it.
    var isToldByMountTable: Bool {
        switch self {
        case .mountType, .mountVolatile, .mountNoBarriers, .mountDataMode: true
        default: false
        }
    }
}

extension PlatformEvidence {
    /// Everything that was observed, as a profile says it. Equal on the same host, path and depth at any time: it holds
    /// no time, no number of a boot or mount, and no measure.
    public var capabilities: [CapabilityField: String] {
        var found: [CapabilityField: String] = [:]
        for field in CapabilityField.allCases { found[field] = seen(of: field).text }
        return found
    }

    /// Why the look at a field failed; nil when it did not. No profile says it: the same platform may fail in several
    /// ways.
    func failure(of field: CapabilityField) -> ErrorNumber? { seen(of: field).failure }

    /// What was seen, as a profile says it, and why nothing was.
    private typealias Seen = (text: String, failure: ErrorNumber?)

    private func seen(of field: CapabilityField) -> Seen {
        switch field {
        case .pathStatus: Self.seen(pathStatus)
        case .pathSymbolicLink: Self.seen(isSymbolicLink)
        case .mountType: Self.seen(told) { $0.type }
        case .mountSource: Self.seen(mount) { $0.source.rawValue }
        case .mountReadOnly: Self.seen(mount.map(\.isReadOnly))
        case .mountVolatile: Self.seen(told.map(\.isVolatile))
        case .mountNoBarriers: Self.seen(told.map(\.hasNoBarriers))
        case .mountDataMode: Self.seen(told) { $0.dataMode }
        case .mountNameMaximum: Self.seen(mount) { String($0.nameLengthMaximum) }
        case .syncFile: Self.seen(sync.file) { _ in "done" }
        case .syncData: Self.seen(sync.data) { _ in "done" }
        case .syncBarrier: Self.seen(sync.barrier) { _ in "done" }
        case .syncDirectory: Self.seen(sync.directory) { _ in "done" }
        case .lockHandles: Self.seen(locks.excludesHandles)
        case .lockProcesses: Self.seen(locks.excludesProcesses)
        case .lockEnds: Self.seen(locks.endsWithProcess)
        case .lockDirectories: Self.seen(locks.excludesOnDirectories)
        case .lockSymbolicLinks: Self.seen(locks.refusesSymbolicLinks)
        case .renameReplaces: Self.seen(names.renameReplaces)
        case .exclusiveRename: Self.seen(names.exclusiveRenameRefuses)
        case .links: Self.seen(names.links)
        case .removedFiles: Self.seen(names.removedFilesStayUsable)
        case .unnamedFiles: Self.seen(names.unnamedFiles)
        case .caseMatters: Self.seen(names.caseMatters)
        case .normalizationMatters: Self.seen(names.normalizationMatters)
        case .positionedReads: Self.seen(contents.positionedReads)
        case .sharedMaps: Self.seen(contents.sharedMaps)
        case .preallocation: Self.seen(contents.preallocation)
        case .holePunching: Self.seen(contents.holePunching)
        case .fineModificationTimes: Self.seen(contents.fineModificationTimes)
        case .monotonicClock: Self.seen(monotonicClock)
        }
    }

    /// The mount as far as the mount table told of it; without that an absent option says nothing.
    private var told: Evidence<MountEvidence> { mount.value?.isInMountTable == false ? .unknown : mount }

    private static func seen(_ status: PathStatus) -> Seen {
        switch status {
        case .directory: ("directory", nil)
        case .notDirectory: ("not_directory", nil)
        case .missing: ("missing", nil)
        case .probeFailed(let code): ("probe_failed", code)
        }
    }

    private static func seen(_ evidence: Evidence<Bool>) -> Seen { seen(evidence) { $0 ? "yes" : "no" } }

    private static func seen<Value>(_ evidence: Evidence<Value>, _ value: (Value) -> String) -> Seen {
        switch evidence {
        case .observed(let observed): (value(observed), nil)
        case .unsupported: ("unsupported", nil)
        case .unknown: ("unknown", nil)
        case .probeFailed(let code): ("probe_failed", code)
        case .timedOut: ("timed_out", nil)
        }
    }
}
