internal import FileSystemSeam

/// What a handle remembers between its appends.
///
/// One for all layouts that the handle meets at its path: what it saw in one of them binds it in the other. A journal
/// that is gone may come back in the other layout, as a copy or made anew.
struct WriterState: Sendable {
    /// A sync failed: nothing more is acknowledged.
    var isPoisoned = false
    /// The last record that this handle appended, or found when it was about to. It can only be followed by others.
    /// Digests are the same in every layout.
    ///
    /// Questions leave it as it is: whether the chain that they read holds it would take further reads to tell, and one
    /// that does not must not take its place.
    var lastSeen: JournalHead?

    // MARK: - In segments

    /// Whose it is: see ``enter(_:)``.
    private var process: ProcessInstance?
    var writer: SegmentWriter?
    /// The lock, open for the next call.
    var lock: JournalLock?
    /// What must still stand for the writer to be of use without a look at each name.
    var names: StandingNames?

    // MARK: - In json-records

    /// The journal's directory, once its name and that of its records are durable, and all indexes were compared with
    /// the records; nil before. Held open, so that its inode number is not given to another one.
    var prepared: (identity: FileIdentity, directory: any Directory)?

    /// Forgets what another process has opened. What was open when a process was forked is shared with its parent,
    /// locks included: both would hold the watermark's at once.
    mutating func enter(_ process: ProcessInstance) {
        if self.process != process { (writer, lock, names) = (nil, nil, nil) }
        self.process = process
    }
}
