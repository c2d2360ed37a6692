internal import FileSystemSeam

/// The names in a journal's directory behind which a handle keeps things open between calls, and a cheap way to see that
/// what was opened still stands at them.
///
/// One look at the path tells which directory stands there and when a name in it last changed: the time that nobody can
/// set, since restoring a backup sets the other one back. As long as it is the same, so are the names; but a time is only as fine as the file system's clock, so that the names themselves are looked
/// at while the last change is recent.
struct StandingNames: Sendable {
    /// A directory that is kept open.
    struct Part: Sendable {
        let name: String
        let identity: FileIdentity

        init(_ name: String, _ directory: any Directory) throws(FileSystemError) {
            self.name = name
            identity = try directory.status().identity
        }
    }

    private let directory: any Directory
    private let identity: FileIdentity
    private let parts: [Part]
    private let manifest: FileStatus
    private var changed: WallClockTime
    /// Whether another change would give another time.
    private var isSettled: Bool

    /// Longer than a tick of the clocks that file systems take their times from.
    private static let tickNanoseconds: Int64 = 20_000_000
    /// The same where times have no fractions of a second.
    private static let coarseTickNanoseconds: Int64 = 2_500_000_000

    /// - Parameter parts: the directories that are kept open.
    /// - Returns: nil when something else stands at their names already.
    init?(in directory: any Directory, parts: [Part], _ fileSystem: any FileSystem) throws(FileSystemError) {
        self.directory = directory
        self.parts = parts
        // Before the names are looked at: a later change is seen.
        let status = try directory.status()
        identity = status.identity
        changed = status.changed
        isSettled = Self.isSettled(changed, fileSystem)
        manifest = try directory.status(of: JournalManifest.fileName)
        if try !partsStand() { return nil }
    }

    /// Whether everything stands where it stood, at the journal's path.
    mutating func stand(at place: JournalPlace) throws(JournalError) -> Bool {
        do {
            let status = try place.fileSystem.directoryStatus(place.path)
            guard status.identity == identity else { return false }
            if status.changed == changed, isSettled { return true }
            guard try directory.status(of: JournalManifest.fileName) == manifest, try partsStand() else { return false }
            changed = status.changed
            isSettled = Self.isSettled(changed, place.fileSystem)
            return true
        } catch  where error.code == .noEntry || error.code == .notDirectory {
            return false
        } catch {
            throw .io(error, file: place.path)
        }
    }

    private func partsStand() throws(FileSystemError) -> Bool {
        for part in parts where try directory.status(of: part.name).identity != part.identity { return false }
        return true
    }

    private static func isSettled(_ changed: WallClockTime, _ fileSystem: any FileSystem) -> Bool {
        let time = changed.nanosecondsSinceEpoch
        let tick = time % 1_000_000_000 == 0 ? coarseTickNanoseconds : tickNanoseconds
        return fileSystem.wallClock().nanosecondsSinceEpoch - time > tick
    }
}
