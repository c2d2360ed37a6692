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
}

extension Directory {
    /// Opens the events for reading; nil when there are none yet.
    ///
    /// - Throws: `.notALog` when something else than a file stands there.
    func openEvents(in path: String) throws(EventLogError) -> (file: any File, status: FileStatus)? {
        do throws(FileSystemError) {
            let file = try open(LogFiles.events, .read, permissions: .ownerFile)
            let status = try file.status()
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
