internal import FileSystemSeam

extension SessionLog {
    /// Moves away what a crash left behind the last whole line. The next append does the same by itself.
    ///
    /// The tail is copied to `quarantine/`, durably, before it is cut off. Lines that are whole are never touched,
    /// whatever stands on them.
    ///
    /// - Returns: what was moved; nil when there was nothing to repair, or no log.
    /// - Throws: `.lockBusy`, `.notALog`, `.lockUnusable`, `.io`.
    public func repair() throws(EventLogError) -> QuarantinedTail? {
        // A mistyped path shall not become a log.
        guard try hasEvents(Deadline(milliseconds: options.lockTimeoutMilliseconds, fileSystem)) else { return nil }
        return try write(EncodedEvents()).receipt.quarantined
    }

    /// The directory that the next append would go to: the one that is held, else the one at the path; nil when there is
    /// neither.
    func writtenDirectory(_ deadline: Deadline) throws(EventLogError) -> (any Directory)? {
        if let held = try inTurn(deadline, { $0?.directory }) { return held }
        return try standing()
    }

    /// Whether there are events where the next append would go.
    private func hasEvents(_ deadline: Deadline) throws(EventLogError) -> Bool {
        try inTurn(deadline) { (log: inout OpenLog?) throws(EventLogError) -> Bool in
            if let log, try log.directory.openEvents(in: path) != nil { return true }
            guard try standing()?.openEvents(in: path) != nil else { return false }
            // What is held was removed, or emptied, and has no log to take along: the one at the path is meant.
            log = nil
            return true
        }
    }
}
