internal import FileSystemSeam

/// Has blocks checked by several threads, and gives what they found in the order of the blocks.
///
/// Only one thread reads at a time, so that the reads come in the order of the file whoever makes them; checking takes
/// some times as long. Memory is a block a thread, and what was found in a bounded number of blocks that are not asked
/// for yet.
final class BlockPool<Collector: LineCollector>: Sendable {
    typealias Checked = CheckedBlock<Collector.Collected>

    /// A block that is taken and not given back yet.
    private struct Taken: Sendable {
        let segment: UInt64
        var checked: Checked?
    }

    private struct State: Sendable {
        var reader: BlockReader
        var queue: [Taken] = []
        /// How many blocks were taken off the queue.
        var givenCount = 0
        var isExhausted = false
    }

    private enum Step {
        case given(Checked)
        case work(ticket: Int)
        case done
    }

    private let state: Condition<State>
    private let capacity: Int
    private let maker: IndexKeyMaker
    private let collector: @Sendable () -> Collector

    /// - Parameters:
    ///   - threadCount: how many threads there are, that of the caller included.
    ///   - collector: makes one for each thread.
    init(
        _ reader: BlockReader,
        _ maker: IndexKeyMaker,
        threadCount: Int,
        _ collector: @escaping @Sendable () -> Collector
    ) {
        state = Condition(State(reader: reader))
        capacity = 4 * threadCount
        self.maker = maker
        self.collector = collector
    }

    /// What the caller of a pool works with.
    struct Front {
        fileprivate let pool: BlockPool
        fileprivate var checker: BlockChecker<Collector>
        fileprivate var block = LineBlock()
        fileprivate let helpers: [Thread]

        /// What was found in the next block of a segment; nil when there is no further one. What is left of segments
        /// before it is passed over. The caller checks blocks itself rather than wait.
        mutating func next(of segment: UInt64) -> Checked? {
            while true {
                switch pool.step(for: segment, &block) {
                case .given(let checked): return checked
                case .done: return nil
                case .work(let ticket): pool.finish(ticket, checker.check(block))
                }
            }
        }

        /// Passes over what is left of a segment.
        func skip(_ segment: UInt64) { pool.state.withLock { $0.reader.skip(segment) } }

        /// Ends the helpers' work, and waits for it. Must be called.
        func stop() {
            pool.state.withLock { $0.isExhausted = true }
            pool.state.broadcast()
            for helper in helpers { helper.join() }
        }
    }

    /// Starts helpers; fewer, if the system has no room for so many.
    func start(threadCount: Int) -> Front {
        var helpers: [Thread] = []
        for _ in 1..<max(1, threadCount) {
            guard let helper = try? Thread.start(name: "journal check", body: { [self] in help() }) else { break }
            helpers.append(helper)
        }
        return Front(pool: self, checker: BlockChecker(maker, collector()), helpers: helpers)
    }

    private func step(for segment: UInt64, _ block: inout LineBlock) -> Step {
        let step = state.wait { state -> Step? in
            while let first = state.queue.first, first.segment < segment { Self.give(&state) }
            if let first = state.queue.first {
                if first.segment > segment { return .done }
                if let checked = first.checked {
                    Self.give(&state)
                    return .given(checked)
                }
            }
            if let ticket = take(&state, &block) { return .work(ticket: ticket) }
            return state.queue.isEmpty ? .done : nil
        }
        // There is room for a further block.
        if case .given = step { state.broadcast() }
        return step
    }

    private static func give(_ state: inout State) {
        state.queue.removeFirst()
        state.givenCount += 1
    }

    /// Takes the next block; nil when there is none, or no room for what is found in it.
    private func take(_ state: inout State, _ block: inout LineBlock) -> Int? {
        if state.isExhausted || state.queue.count >= capacity { return nil }
        guard state.reader.next(into: &block) else {
            state.isExhausted = true
            self.state.broadcast()
            return nil
        }
        state.queue.append(Taken(segment: block.start.segment))
        return state.givenCount + state.queue.count - 1
    }

    private func finish(_ ticket: Int, _ checked: Checked) {
        state.withLock { state in
            // It may have been passed over.
            if ticket >= state.givenCount { state.queue[ticket - state.givenCount].checked = checked }
        }
        state.broadcast()
    }

    private func help() {
        var checker = BlockChecker(maker, collector())
        var block = LineBlock()
        while true {
            let ticket = state.wait { state -> Int? in
                if let ticket = take(&state, &block) { return ticket }
                return state.isExhausted ? -1 : nil
            }
            if ticket < 0 { return }
            finish(ticket, checker.check(block))
        }
    }
}
