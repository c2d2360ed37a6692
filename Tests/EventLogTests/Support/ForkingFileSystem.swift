import FileSystemSeam

/// The real machine, whose process a test makes another one: as a child that was forked, and holds what its parent
/// opened.
final class ForkingFileSystem: FileSystem {
    private let base: PosixFileSystem
    private let child = Condition<ProcessInstance?>(nil)

    init(_ base: PosixFileSystem) { self.base = base }

    /// From now on it is a forked child that asks.
    func becomeForkedChild() {
        let parent = processInstance
        child.withLock { $0 = ProcessInstance(processID: parent.processID, token: parent.token &+ 1) }
    }

    var processInstance: ProcessInstance { child.withLock { $0 } ?? base.processInstance }

    func openDirectory(_ path: String) throws(FileSystemError) -> any Directory { try base.openDirectory(path) }
    func directoryStatus(_ path: String) throws(FileSystemError) -> FileStatus { try base.directoryStatus(path) }
    func wallClock() -> WallClockTime { base.wallClock() }
    func monotonicClock() -> MonotonicTime { base.monotonicClock() }
    func sleep(nanoseconds: UInt64) { base.sleep(nanoseconds: nanoseconds) }
    func fillRandom(_ buffer: inout MutableSpan<UInt8>) throws(FileSystemError) { try base.fillRandom(&buffer) }
    func mountFacts(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        try base.mountFacts(of: directory)
    }
    func mountStatistics(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        try base.mountStatistics(of: directory)
    }
    var processIdentity: ProcessIdentity { base.processIdentity }
    var tellsEveryHandleOfFailedSyncs: Bool { base.tellsEveryHandleOfFailedSyncs }
}
