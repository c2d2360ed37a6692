internal import FileSystemSeam

/// Pages of runs that were read and passed their check, so that they need neither be read nor be checked again.
///
/// Runs never change, and a page is known by what tells its run from all others: what is kept is right whatever became
/// of the file since. It holds at most ``pageMaximum`` pages, 16 MiB, each from the time at which it is first asked for,
/// and takes no more memory than they need: most handles ask for a few. Of four pages that compete for the same places
/// one that is asked for goes in the place of the one that came first.
final class PageCache: Sendable {
    /// At most how many pages are kept.
    static let pageMaximum = 1 << 15
    /// For how many there are places at first.
    private static let firstPlaceCount = 1 << 5
    private static let wayCount = 4

    private struct Name: Sendable, Hashable {
        var run: UInt64
        var page: UInt64
        /// No run has page 0 among those that are asked for.
        static let none = Name(run: 0, page: 0)
    }

    private struct State: Sendable {
        /// Which page is kept in a place.
        var names: [Name] = []
        var pages: [[UInt8]] = []
        /// Which of its places a set gives up next.
        var next: [UInt8] = []

        func set(of name: Name) -> Int {
            let mixed = (name.page &+ name.run) &* 0x9E37_79B9_7F4A_7C15
            return Int(truncatingIfNeeded: mixed &>> 40) & (next.count &- 1)
        }

        /// The place that a page gets next.
        mutating func place(for name: Name) -> Int {
            let set = set(of: name)
            let way = Int(next[set])
            next[set] = UInt8((way &+ 1) % PageCache.wayCount)
            return set &* PageCache.wayCount &+ way
        }

        /// Makes twice as many places. The pages of a set divide into two, so all of them find one.
        mutating func grow() {
            let (kept, contents) = (names, pages)
            let count = max(2 * kept.count, PageCache.firstPlaceCount)
            names = [Name](repeating: .none, count: count)
            pages = [[UInt8]](repeating: [], count: count)
            next = [UInt8](repeating: 0, count: count / PageCache.wayCount)
            for (name, page) in zip(kept, contents) where name != .none {
                let place = place(for: name)
                (names[place], pages[place]) = (name, page)
            }
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
            if state.names.isEmpty { state.grow() }
            let first = state.set(of: name) &* Self.wayCount
            for place in first..<(first &+ Self.wayCount) where state.names[place] == name {
                let kept = state.pages[place]
                return try body(kept.span)
            }
            var place = state.place(for: name)
            // Once may not be enough: the pages of a set may all come to lie in one of the two that it divides into.
            while state.names[place] != .none, state.names.count < Self.pageMaximum {
                state.grow()
                place = state.place(for: name)
            }
            if state.pages[place].isEmpty { state.pages[place] = [UInt8](repeating: 0, count: IndexPage.byteCount) }
            state.names[place] = .none
            try run.pages(page, into: &state.pages[place])
            state.names[place] = name
            let kept = state.pages[place]
            return try body(kept.span)
        }
    }
}
