internal import FileSystemSeam

/// The names in a journal's directory behind which a handle keeps things open between calls, and a cheap way to see that
/// what was opened still stands at them.
///
/// One look at the path tells which directory stands there and when a name in it last changed. As long as that vouches for
/// the names, they are not looked at.
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
    private let parts: [Part]
    private let manifest: FileStatus
    private var stamp: DirectoryStamp

    /// - Parameter parts: the directories that are kept open.
    /// - Returns: nil when something else stands at their names already.
    init?(in directory: any Directory, parts: [Part], _ fileSystem: any FileSystem) throws(FileSystemError) {
        self.directory = directory
        self.parts = parts
        // Before the names are looked at: a later change is seen.
        stamp = DirectoryStamp(try directory.status(), fileSystem)
        manifest = try directory.status(of: JournalManifest.fileName)
        if try !partsStand() { return nil }
    }

    /// Whether everything stands where it stood, at the journal's path.
    mutating func stand(at place: JournalPlace) throws(JournalError) -> Bool {
        do {
            let status = try place.fileSystem.directoryStatus(place.path)
            guard stamp.isOfSame(status) else { return false }
            if stamp.vouches(for: status) { return true }
            let fresh = DirectoryStamp(status, place.fileSystem)
            guard try directory.status(of: JournalManifest.fileName) == manifest, try partsStand() else { return false }
            stamp = fresh
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
}
