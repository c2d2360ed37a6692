internal import FileSystemSeam

/// Pages of runs that were read and passed their check, so that they need neither be read nor be checked again.
///
/// Runs never change, and a page is known by what tells its run from all others: what is kept is right whatever became of the file
/// since. It holds at most ``pageMaximum`` pages, 8 MiB, each from the time at which it is first asked for; of four pages
/// that compete for the same places one that is asked for goes in the place of the one that came first.
final class PageCache: Sendable {
    /// At most how many pages are kept.
    static let pageMaximum = 1 << 14
    private static let wayCount = 4

    private struct Name: Sendable, Hashable {
        var run: UInt64
        var page: UInt64
    }

    private struct State: Sendable {
        /// Which page is kept in a place. No run has page 0 among those that are asked for.
        var names: [Name] = []
        var pages: [[UInt8]] = []
        /// Which of its places a set gives up next.
        var next: [UInt8] = []

        mutating func allocate() {
            names = [Name](repeating: Name(run: 0, page: 0), count: PageCache.pageMaximum)
            pages = [[UInt8]](repeating: [], count: PageCache.pageMaximum)
            next = [UInt8](repeating: 0, count: PageCache.pageMaximum / PageCache.wayCount)
        }
    }

    private let state = Condition(State())

    /// Runs `body` on a page other than the header's.
    func read<Result>(
        _ page: UInt64,
        of run: IndexRun,
        _ body: (Span<UInt8>) throws(IndexDamage) -> Result
    ) throws(IndexDamage) -> Result {
        let name = Name(run: run.fingerprint, page: page)
        return try state.withLock { (state) throws(IndexDamage) -> Result in
            if state.names.isEmpty { state.allocate() }
            let set = Self.set(of: name)
            for place in (set &* Self.wayCount)..<((set &+ 1) &* Self.wayCount) where state.names[place] == name {
                let kept = state.pages[place]
                return try body(kept.span)
            }
            let way = Int(state.next[set])
            state.next[set] = UInt8((way &+ 1) % Self.wayCount)
            let place = set &* Self.wayCount &+ way
            if state.pages[place].isEmpty { state.pages[place] = [UInt8](repeating: 0, count: IndexPage.byteCount) }
            state.names[place] = Name(run: 0, page: 0)
            try run.pages(page, into: &state.pages[place])
            state.names[place] = name
            let kept = state.pages[place]
            return try body(kept.span)
        }
    }

    private static func set(of name: Name) -> Int {
        let mixed = (name.page &+ name.run) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed &>> 40) & (pageMaximum / wayCount - 1)
    }
}
