package import FileSystemSeam
internal import Synchronization

/// Lets threads that ask at the same time share one critical section of a storage: one lock, one write, one sync.
///
/// Whoever finds nobody at work works for everyone who has asked so far, and before telling them what came of it hands
/// the work on to one of those who asked meanwhile. So nobody waits for a thread that is not there, nobody works for
/// others longer than for one group, and a caller who is alone pays nothing.
///
/// Callers that ask in a loop would fall into two halves, of which one asks while the disk works for the other. So
/// whoever works waits for those who were there last time, and decides what they ask as they come; but for no longer
/// than recording took the last time, so that what is lost is never more than that, and only once when they do not
/// come.
package final class GroupCommit: Sendable {
    /// One caller's request, and what it waits for.
    private final class Ticket: Sendable {
        /// What a caller wakes up to.
        enum Outcome {
            case answered(Result<JournalAnswer, JournalError>)
            /// It is this caller's turn to work.
            case promoted
        }

        let request: JournalRequest
        /// Made by the first who needs it: a caller who is alone waits for nobody.
        private let made = AtomicLazyReference<Condition<Outcome?>>()
        private var outcome: Condition<Outcome?> { made.load() ?? made.storeIfNil(Condition(nil)) }

        init(_ request: JournalRequest) { self.request = request }

        func tell(_ outcome: Outcome) {
            self.outcome.withLock { $0 = outcome }
            self.outcome.signal()
        }

        func wait() -> Outcome { outcome.wait { $0.take() } }
    }

    private struct State {
        var isWorking = false
        /// Those who have asked and are not being worked for, in order.
        var waiting: [Ticket] = []
        /// How many whoever works wants to come before it goes on; nil while it does not wait.
        var wanted: Int?
        /// How many are likely to ask soon, and until when they are waited for.
        var expected = 1
        var expectedUntil: UInt64 = 0

        /// Takes those who wait, or as many as a group that has some already can still hold.
        mutating func take(behind count: Int) -> [Ticket] {
            if waiting.count <= GroupCommit.groupMaximum - count {
                defer { waiting = [] }
                return waiting
            }
            let taken = Array(waiting.prefix(GroupCommit.groupMaximum - count))
            waiting.removeFirst(taken.count)
            return taken
        }
    }

    private let storage: any JournalStorage
    private let state = Condition(State())
    /// How many requests share one critical section at most: other processes want their turn, too.
    private static let groupMaximum = 256
    /// How long is waited for others to ask, at most.
    private static let gatheringMaximumNanoseconds: UInt64 = 1_000_000
    private let clock: any FileSystem

    /// Groups what is asked of a storage.
    package init(_ storage: any JournalStorage, clock: any FileSystem) {
        self.storage = storage
        self.clock = clock
    }

    /// How many callers have asked and are not being worked for yet; for tests that hold a group up until they have.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Asks the storage, together with others.
    package func commit(_ request: JournalRequest) throws(JournalError) -> JournalAnswer {
        let ticket = Ticket(request)
        let (isFirst, isWanted) = state.withLock { state in
            state.waiting.append(ticket)
            if state.isWorking { return (false, state.wanted.map { state.waiting.count >= $0 } ?? false) }
            state.isWorking = true
            return (true, false)
        }
        // Whoever works is waiting for this one.
        if isWanted { state.signal() }
        if isFirst { return try work(for: ticket).get() }
        switch ticket.wait() {
        case .answered(let answer): return try answer.get()
        case .promoted: return try work(for: ticket).get()
        }
    }

    /// Works for those who wait, of whom `own` is the first; returns what came of it for `own`.
    private func work(for own: Ticket) -> Result<JournalAnswer, JournalError> {
        var group = state.withLock { $0.take(behind: 0) }
        var start = clock.monotonicClock().nanoseconds
        let answers = storage.commit(group.map(\.request)) {
            let further = gather(behind: group.count, &start)
            group += further
            return further.map(\.request)
        }
        precondition(answers.count == group.count, "a storage answers every request once")
        let now = clock.monotonicClock().nanoseconds
        let next = state.withLock { state in
            state.expected = min(group.count + state.waiting.count, Self.groupMaximum)
            state.expectedUntil = now &+ min(now &- start, Self.gatheringMaximumNanoseconds)
            if state.waiting.isEmpty { state.isWorking = false }
            return state.waiting.first
        }
        next?.tell(.promoted)
        var answer: Result<JournalAnswer, JournalError>?
        for (ticket, result) in zip(group, answers) {
            if ticket === own { answer = result } else { ticket.tell(.answered(result)) }
        }
        guard let answer else { preconditionFailure("whoever works is the first of those who wait") }
        return answer
    }

    /// Those who have asked meanwhile, after a moment for those who are likely to ask soon; none when it is time to
    /// record.
    ///
    /// - Parameter now: the time when it returned.
    private func gather(behind count: Int, _ now: inout UInt64) -> [Ticket] {
        let (isComplete, until) = state.withLock { ($0.waiting.count + count >= $0.expected, $0.expectedUntil) }
        if !isComplete {
            now = clock.monotonicClock().nanoseconds
            if now < until {
                let _: Bool? = state.wait(timeoutNanoseconds: until - now) { state in
                    // Half of those who are missing at a time, so that few are left to be decided in the end, and
                    // nobody is woken for each.
                    let wanted = max(1, (state.expected - count + 1) / 2)
                    if state.waiting.count >= wanted { return true }
                    state.wanted = wanted
                    return nil
                }
                now = clock.monotonicClock().nanoseconds
            }
        }
        return state.withLock { state in
            state.wanted = nil
            return state.take(behind: count)
        }
    }
}
