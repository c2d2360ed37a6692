/// Change notification by inotify, or by kqueue on Darwin, which tells of names only and not of writes to
/// files that exist already.
final class PosixWatch: DirectoryWatch, Sendable {
    private let descriptor: Descriptor
    // kqueue forgets a directory whose descriptor is closed.
    private let directory: PosixDirectory
    private let calls: SystemCalls

    /// Starts watching; `directory` is kept open meanwhile.
    init(of directory: PosixDirectory) throws(FileSystemError) {
        self.directory = directory
        self.calls = directory.calls
        let calls = directory.calls
        let made = try checked(calls.makeWatch(), .watch, directory.name)
        self.descriptor = Descriptor(Int32(made), calls)
        let added = descriptor.use { watch in
            directory.descriptor.use { calls.addWatch(watch, of: $0) }
        }
        _ = try checked(added, .watch, directory.name)
    }

    func wait(timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        let (deadline, tooFar) = calls.monotonicClock.addingReportingOverflow(timeoutNanoseconds)
        let result = descriptor.use { watch in
            let ready = calls.wait(watch, untilMonotonic: tooFar ? .max : deadline)
            guard ready > 0 else { return ready }
            // What is queued is one change to the caller: it looks for itself.
            var drained = calls.drain(watch)
            while drained > 0 { drained = calls.drain(watch) }
            return drained == -Int(ErrorNumber.wouldBlock.rawValue) || drained == 0 ? ready : drained
        }
        return try checked(result, .watch, directory.name) > 0
    }

    func close() throws(FileSystemError) {
        let result = descriptor.close()
        _ = directory.descriptor.close()
        _ = try checked(result, .watch, directory.name)
    }
}
