internal import FileSystemSeam

/// The names in a session's directory.
enum LogFiles {
    /// One event a line: truth.
    static let events = "events.jsonl"
    /// What writers lock (`flock`); never removed.
    static let lock = "events.jsonl.lock"
    /// The counter: a cache.
    static let counter = "events.jsonl.count"
    /// What the log was when the session was closed.
    static let seal = "events.seal.json"
    /// Where torn tails are kept.
    static let quarantine = "quarantine"

    /// What only a log has.
    static let all: Set = [events, lock, counter, seal]
}

extension Directory {
    /// Opens the events for reading; nil when there are none yet.
    ///
    /// - Throws: `.notALog` when something else than a file stands there.
    func openEvents(in path: String) throws(EventLogError) -> (file: any File, status: FileExtent)? {
        do throws(FileSystemError) {
            let file = try open(LogFiles.events, .read, permissions: .ownerFile)
            let status = try file.extent()
            if status.kind == .regular { return (file, status) }
        } catch  where error.code == .noEntry {
            return nil
        } catch {
            throw .opening(error, in: path)
        }
        throw .notALog(path: path, reason: "\(LogFiles.events) is no regular file")
    }
}

extension FileSystem {
    /// Makes the name of a session's directory durable: whoever made it may have been killed before that.
    ///
    /// - Returns: false when another directory, or none, stands at the path: this one was moved, by whom its new name
    ///   concerns.
    func syncName(of directory: any Directory, at path: String) throws(FileSystemError) -> Bool {
        do throws(FileSystemError) {
            let found = try openDirectory(path)
            defer { try? found.close() }
            guard try found.status().identity == directory.status().identity else { return false }
        } catch  where error.code == .noEntry || error.code == .notDirectory {
            return false
        }
        try openDirectory(path, creating: .ownerDirectory).close()
        return true
    }

    /// The session's directory for reading; nil when it is not there.
    func openSession(_ path: String) throws(EventLogError) -> (any Directory)? {
        do throws(FileSystemError) {
            return try openDirectory(path)
        } catch  where error.code == .noEntry {
            return nil
        } catch  where error.code == .notDirectory {
            throw .notALog(path: path, reason: "a file stands there")
        } catch {
            throw .io(error, file: path)
        }
    }
}
