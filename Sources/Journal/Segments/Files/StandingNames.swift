internal import FileSystemSeam

/// The names in a journal's directory behind which a handle keeps things open between calls, and a cheap way to see
/// that what was opened still stands at them.
///
/// One look at the path tells which directory stands there and when a name in it last changed. As long as that vouches
/// for the names, they are not looked at.
struct StandingNames: Sendable {
    /// A directory that is kept open.
    struct Part: Sendable {
        let name: String
        let identity: FileIdentity
        let isCache: Bool

        /// - Parameter isCache: not looked at every time while that time is recent, but when it is another one, and
        ///   when a further change would get another one: until then one may be missed.
        init(_ name: String, _ directory: any Directory, isCache: Bool = false) throws(FileSystemError) {
            self.name = name
            self.isCache = isCache
            identity = try directory.status().identity
        }
    }

    private let directory: any Directory
    private let parts: [Part]
    private let manifest: FileStatus
    private var stamp: DirectoryStamp
    /// When a name in the directory last changed before the names were looked at.
    private var changed: WallClockTime

    /// - Parameter parts: the directories that are kept open.
    /// - Returns: nil when something else stands at their names already.
    init?(in directory: any Directory, parts: [Part], _ fileSystem: any FileSystem) throws(FileSystemError) {
        self.directory = directory
        self.parts = parts
        // Before the names are looked at: a later change is seen.
        let status = try directory.status()
        stamp = DirectoryStamp(status, fileSystem)
        changed = status.changed
        manifest = try directory.status(of: JournalManifest.fileName)
        if try !partsStand(withCaches: true) { return nil }
    }

    /// Whether everything stands where it stood, at the journal's path.
    mutating func stand(at place: JournalPlace) throws(JournalError) -> Bool {
        do {
            let status = try place.fileSystem.directoryStatus(place.path)
            guard stamp.isOfSame(status) else { return false }
            if stamp.vouches(for: status) { return true }
            let fresh = DirectoryStamp(status, place.fileSystem)
            guard try directory.status(of: JournalManifest.fileName) == manifest,
                try partsStand(withCaches: status.changed != changed || fresh.vouches(for: status))
            else { return false }
            (stamp, changed) = (fresh, status.changed)
            return true
        } catch  where error.code == .noEntry || error.code == .notDirectory {
            return false
        } catch {
            throw .io(error, file: place.path)
        }
    }

    private func partsStand(withCaches: Bool) throws(FileSystemError) -> Bool {
        for part in parts where withCaches || !part.isCache {
            if try directory.status(of: part.name).identity != part.identity { return false }
        }
        return true
    }
}
