/// Which directory it was, and when a name in it last changed: the cheap way to see that every name in it still stands
/// for what it stood for.
///
/// A name that is made, removed or replaced moves the directory's time of change, which nobody can set, unlike the
/// other one: restoring a backup sets that back. But a time is only as fine as the clock that the file system takes it
/// from. So a stamp vouches for nothing while the last change is so recent that another one could bear the same time.
package struct DirectoryStamp: Sendable, Hashable {
    private let identity: FileIdentity
    private let changed: WallClockTime
    /// Whether another change gets another time.
    private let isSettled: Bool

    /// Longer than a tick of the clocks that file systems take their times from.
    private static let tickNanoseconds: Int64 = 20_000_000
    /// The same where times have no fractions of a second.
    private static let coarseTickNanoseconds: Int64 = 2_500_000_000

    /// Notes what a directory is now. Only names that are looked at after this was made are vouched for: it reads the
    /// clock.
    package init(_ status: FileStatus, _ fileSystem: any FileSystem) {
        identity = status.identity
        changed = status.changed
        let time = changed.nanosecondsSinceEpoch
        let tick = time % 1_000_000_000 == 0 ? Self.coarseTickNanoseconds : Self.tickNanoseconds
        let (age, isFar) = fileSystem.wallClock().nanosecondsSinceEpoch.subtractingReportingOverflow(time)
        isSettled = !isFar && age > tick
    }

    /// Whether it is the same directory, whatever happened in it.
    package func isOfSame(_ status: FileStatus) -> Bool { status.identity == identity }

    /// Whether no name in it changed since.
    package func vouches(for status: FileStatus) -> Bool {
        isSettled && status.changed == changed && status.identity == identity
    }
}
