internal import FileSystemSeam

extension CapabilityField {
    /// What to do where a platform does not do as wanted, or no longer does, and this was observed.
    ///
    /// - Parameter failure: why the look failed, if it did: then nothing is known of the platform.
    func remedy(observed: String, failure: ErrorNumber?) -> String {
        if let failure { return "it could not be looked at, \(failure): \(Self.remedy(for: failure))" }
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
        case .mountNoBarriers:
            "mount it without that option, and with barrier=1 where it is ext's own default (tune2fs -o ^nobarrier)"
        case .mountDataMode: "mount it as it was; ext's own default is changed by tune2fs -o"
        case .syncFile, .syncData, .syncBarrier, .syncDirectory:
            "keep the store on a file system that syncs files and directories; check the disk when a sync fails"
        case .lockHandles, .lockProcesses, .lockEnds, .lockDirectories, .lockSymbolicLinks:
            "keep the store on a local file system, whose flock is the kernel's"
        case .renameReplaces, .exclusiveRename, .links, .removedFiles, .unnamedFiles, .caseMatters,
            .normalizationMatters, .positionedReads, .sharedMaps, .preallocation, .holePunching, .fineModificationTimes:
            "keep the store on a local file system that does this as wanted, or on the kind that a profile was recorded on"
        case .monotonicClock: "use a host whose clock does not go back"
        }
    }

    private static func remedy(for failure: ErrorNumber) -> String {
        switch failure {
        case .accessDenied, .notPermitted:
            "let this user write in the directory; a store with a profile needs that also to be read"
        case .noSpace, .quotaExceeded, .fileTooLarge:
            "make room, or raise the limit on the size of files, and try again"
        case .tooManyOpenFiles, .systemFileTableFull: "close files, or raise the limit on open files, and try again"
        case .outOfMemory, .wouldBlock: "free memory, or raise the limit on processes, and try again"
        case .inputOutput: "look at the disk"
        default: "try again, and look at the directory and the disk"
        }
    }
}
