internal import FileSystemSeam
internal import LockKit

extension OpenLog {
    /// Makes the events where there are none, and their name durable before anything is in them; without the lock, under which
    /// nothing is synced.
    ///
    /// When the sync fails the name is taken back, as long as nobody appended: another sync would succeed and say nothing of it,
    /// and everything that was acknowledged afterwards would be lost with it.
    func makeEvents() throws(EventLogError) {
        let file: any File
        do throws(FileSystemError) {
            if try directory.exists(LogFiles.events) { return }
            let options: OpenOptions = [.write, .append, .create, .exclusive]
            file = try directory.open(LogFiles.events, options, permissions: .ownerFile)
        } catch  where error.code == .exists {
            return
        } catch {
            throw .opening(error, in: path)
        }
        defer { try? file.close() }
        do throws(FileSystemError) {
            try directory.sync()
        } catch {
            removeEmpty(file)
            throw .io(error, file: path)
        }
    }

    private func removeEmpty(_ file: any File) {
        guard let held = try? lock.lock(.exclusive, timeout: .milliseconds(100)) else { return }
        if let made = try? file.extent(), let found = try? directory.extent(of: LogFiles.events),
            found.identity == made.identity, found.size == 0
        {
            try? directory.remove(LogFiles.events)
        }
        held.release()
    }
}
