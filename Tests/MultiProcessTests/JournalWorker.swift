import Journal

/// A process that reserves in a loop until it is done or killed; see `Tests/JournalWorker`.
final class JournalWorker: ChildProcess {
    /// - Parameters:
    ///   - steps: how many nonces it tries; all of them when nil.
    ///   - tail: after how many records the index is written.
    ///   - format: the layout of a journal that is made.
    init(
        journal: String,
        first: Int,
        count: Int,
        steps: Int? = nil,
        tail: Int = 512,
        format: JournalFormat = .segments
    ) throws {
        let numbers = [first, count, steps ?? count, tail].map { String($0) }
        try super.init(Self.path(of: "journal-worker"), [journal] + numbers + [format.rawValue])
    }
}
