internal import FileSystemSeam

/// The syncs that the readers of a handle make before they report what nobody is known to have synced.
///
/// One that fails is the last: on Linux the pages are clean afterwards although they are not on the disk, so that the
/// next sync would succeed and say nothing. What a writer has made durable since needs no sync of a reader, and is
/// reported.
final class ReaderSyncs: Sendable {
    private let hasFailed = Condition(false)

    /// Syncs with `body`.
    ///
    /// - Throws: `.poisoned` when one has failed before.
    func run(path: String, _ body: () throws(JournalError) -> Void) throws(JournalError) {
        if hasFailed.withLock({ $0 }) { throw .poisoned(path: path) }
        do throws(JournalError) {
            try body()
        } catch {
            if error.isFailedSync { hasFailed.withLock { $0 = true } }
            throw error
        }
    }
}
