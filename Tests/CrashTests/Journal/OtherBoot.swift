import FileSystemSeam

/// A simulated process that is told another boot than the others on its disk, or none, as where `/proc/sys` is hidden
/// from it.
final class OtherBoot: FileSystem {
    private let base: SimFS
    private let bootID: String?

    init(_ base: SimFS, bootID: String?) {
        self.base = base
        self.bootID = bootID
    }

    var processIdentity: ProcessIdentity {
        var identity = base.processIdentity
        identity.bootID = bootID
        return identity
    }

    var processInstance: ProcessInstance { base.processInstance }
    var tellsEveryHandleOfFailedSyncs: Bool { base.tellsEveryHandleOfFailedSyncs }

    func openDirectory(_ path: String) throws(FileSystemError) -> any Directory { try base.openDirectory(path) }

    func directoryStatus(_ path: String) throws(FileSystemError) -> FileStatus { try base.directoryStatus(path) }

    func linkStatus(_ path: String) throws(FileSystemError) -> FileStatus { try base.linkStatus(path) }

    func mountFacts(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        try base.mountFacts(of: directory)
    }

    func wallClock() -> WallClockTime { base.wallClock() }
    func monotonicClock() -> MonotonicTime { base.monotonicClock() }
    func sleep(nanoseconds: UInt64) { base.sleep(nanoseconds: nanoseconds) }

    func fillRandom(_ buffer: inout MutableSpan<UInt8>) throws(FileSystemError) { try base.fillRandom(&buffer) }
}
