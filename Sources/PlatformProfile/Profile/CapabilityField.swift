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

    /// What to do where a platform does not do as wanted, or no longer does, and this was observed.
    func remedy(observed: String) -> String {
        if observed == "unknown", isToldByMountTable {
            return
                "look from where the mount table shows the mount: it does not below a changed root or after a lazy unmount"
        }
        if observed == "timed_out" {
            return "try again when the disk is less busy: it was too slow to be looked at in time, or hangs"
        }
        return remedy
    }

    private var remedy: String {
        switch self {
        case .pathStatus: "check the store's path, and that what holds it is mounted"
        case .pathSymbolicLink: "name the directory itself and not a link to it"
        case .mountType, .mountSource, .mountNameMaximum:
            "mount the file system that was there, or record the platform again"
        case .mountReadOnly: "mount it writable"
        case .mountVolatile: "mount the overlay without volatile, or keep the store elsewhere"
        case .mountNoBarriers, .mountDataMode: "mount it without that option"
        case .syncFile, .syncData, .syncBarrier, .syncDirectory:
            "keep the store on a file system that syncs files and directories; check the disk when a sync fails"
        case .lockHandles, .lockProcesses, .lockEnds, .lockDirectories, .lockSymbolicLinks:
            "keep the store on a local file system, whose flock is the kernel's"
        case .renameReplaces, .exclusiveRename, .links, .removedFiles, .unnamedFiles, .caseMatters,
            .normalizationMatters:
            "keep the store on the kind of file system that the profile was recorded on"
        case .positionedReads, .sharedMaps, .preallocation, .holePunching, .fineModificationTimes:
            "keep the store on the kind of file system that the profile was recorded on"
        case .monotonicClock: "use a host whose clock does not go back"
        }
    }
}

extension PlatformEvidence {
    /// Everything that was observed, as a profile says it. Equal on the same host, path and depth at any time: it holds no time, no
    /// number of a boot or mount, and no measure.
    public var capabilities: [CapabilityField: String] {
        var found: [CapabilityField: String] = [:]
        for field in CapabilityField.allCases { found[field] = value(of: field) }
        return found
    }

    private func value(of field: CapabilityField) -> String {
        switch field {
        case .pathStatus: Self.text(pathStatus)
        case .pathSymbolicLink: Self.text(isSymbolicLink)
        case .mountType: Self.text(told) { $0.type }
        case .mountSource: Self.text(mount) { $0.source.rawValue }
        case .mountReadOnly: Self.text(mount.map(\.isReadOnly))
        case .mountVolatile: Self.text(told.map(\.isVolatile))
        case .mountNoBarriers: Self.text(told.map(\.hasNoBarriers))
        case .mountDataMode: Self.text(told) { $0.dataMode }
        case .mountNameMaximum: Self.text(mount) { String($0.nameLengthMaximum) }
        case .syncFile: Self.text(sync.file) { _ in "done" }
        case .syncData: Self.text(sync.data) { _ in "done" }
        case .syncBarrier: Self.text(sync.barrier) { _ in "done" }
        case .syncDirectory: Self.text(sync.directory) { _ in "done" }
        case .lockHandles: Self.text(locks.excludesHandles)
        case .lockProcesses: Self.text(locks.excludesProcesses)
        case .lockEnds: Self.text(locks.endsWithProcess)
        case .lockDirectories: Self.text(locks.excludesOnDirectories)
        case .lockSymbolicLinks: Self.text(locks.refusesSymbolicLinks)
        case .renameReplaces: Self.text(names.renameReplaces)
        case .exclusiveRename: Self.text(names.exclusiveRenameRefuses)
        case .links: Self.text(names.links)
        case .removedFiles: Self.text(names.removedFilesStayUsable)
        case .unnamedFiles: Self.text(names.unnamedFiles)
        case .caseMatters: Self.text(names.caseMatters)
        case .normalizationMatters: Self.text(names.normalizationMatters)
        case .positionedReads: Self.text(contents.positionedReads)
        case .sharedMaps: Self.text(contents.sharedMaps)
        case .preallocation: Self.text(contents.preallocation)
        case .holePunching: Self.text(contents.holePunching)
        case .fineModificationTimes: Self.text(contents.fineModificationTimes)
        case .monotonicClock: Self.text(monotonicClock)
        }
    }

    /// The mount as far as the mount table told of it; without that an absent option says nothing.
    private var told: Evidence<MountEvidence> { mount.value?.isInMountTable == false ? .unknown : mount }

    private static func text(_ status: PathStatus) -> String {
        switch status {
        case .directory: "directory"
        case .notDirectory: "not_directory"
        case .missing: "missing"
        case .probeFailed: "probe_failed"
        }
    }

    private static func text(_ evidence: Evidence<Bool>) -> String { text(evidence) { $0 ? "yes" : "no" } }

    private static func text<Value>(_ evidence: Evidence<Value>, _ value: (Value) -> String) -> String {
        switch evidence {
        case .observed(let observed): value(observed)
        case .unsupported: "unsupported"
        case .unknown: "unknown"
        case .probeFailed: "probe_failed"
        case .timedOut: "timed_out"
        }
    }
}
