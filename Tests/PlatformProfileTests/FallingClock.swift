import FileSystemSeam

/// A machine whose monotonic clock goes back each time it is asked.
final class FallingClock: FileSystem {
    private let base: SimFS
    private let asked = Condition<UInt64>(0)

    init(_ base: SimFS) { self.base = base }

    func monotonicClock() -> MonotonicTime {
        let before = asked.withLock { (asked) -> UInt64 in
            asked += 1
            return asked
        }
        return MonotonicTime(nanoseconds: 1_000_000_000 - before)
    }

    func openDirectory(_ path: String) throws(FileSystemError) -> any Directory { try base.openDirectory(path) }
    func wallClock() -> WallClockTime { base.wallClock() }
    func sleep(nanoseconds: UInt64) { base.sleep(nanoseconds: nanoseconds) }
    func fillRandom(_ buffer: inout MutableSpan<UInt8>) throws(FileSystemError) { try base.fillRandom(&buffer) }
    var processIdentity: ProcessIdentity { base.processIdentity }
    func mountFacts(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        try base.mountFacts(of: directory)
    }
    var hostProbes: (any HostProbes)? { base.hostProbes }
}
