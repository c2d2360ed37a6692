package import FileSystemSeam

/// Lets threads that ask at the same time share one critical section of a storage: one lock, one write, one sync.
///
/// Whoever finds nobody at work works for everyone who has asked so far, and before telling them what came of it hands the
/// work on to one of those who asked meanwhile. So nobody waits for a thread that is not there, nobody works for others
/// longer than for one group, and a caller who is alone pays nothing.
///
/// Callers that ask in a loop would fall into two halves, of which one asks while the disk works for the other. So whoever
/// works waits a moment for those who were there in the last two groups: less long than a sync takes, and not again for a
/// while when they did not come.
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
        private let outcome = Condition<Outcome?>(nil)

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
        /// How many are likely to ask before a sync would be over, and until when that is likely.
        var expected = 1
        var expectedUntil: UInt64 = 0
        /// How many groups are not waited for, because waiting was in vain, and how many the next time.
        var hurries = 0
        var hurriesNext = 1
    }

    private let storage: any JournalStorage
    private let state = Condition(State())
    /// How many requests share one critical section at most: other processes want their turn, too.
    private static let groupMaximum = 256
    /// How long is waited for others to ask.
    private static let gatheringNanoseconds: UInt64 = 100_000
    private static let hurriesMaximum = 1024
    private let clock: any FileSystem

    /// Groups what is asked of a storage.
    package init(_ storage: any JournalStorage, clock: any FileSystem) {
        self.storage = storage
        self.clock = clock
    }

    /// Asks the storage, together with others.
    package func commit(_ request: JournalRequest) throws(JournalError) -> JournalAnswer {
        let ticket = Ticket(request)
        let (isFirst, isComplete) = state.withLock { state in
            state.waiting.append(ticket)
            if state.isWorking { return (false, state.waiting.count == state.expected) }
            state.isWorking = true
            return (true, false)
        }
        // Whoever works may be waiting for this one.
        if isComplete { state.signal() }
        if isFirst { return try work(for: ticket).get() }
        switch ticket.wait() {
        case .answered(let answer): return try answer.get()
        case .promoted: return try work(for: ticket).get()
        }
    }

    /// Works for those who wait, of whom `own` is the first; returns what came of it for `own`.
    private func work(for own: Ticket) -> Result<JournalAnswer, JournalError> {
        let group = gather()
        let answers = storage.commit(group.map(\.request))
        precondition(answers.count == group.count, "a storage answers every request once")
        let now = clock.monotonicClock().nanoseconds
        let next = state.withLock { state in
            state.expected = min(group.count + state.waiting.count, Self.groupMaximum)
            state.expectedUntil = now &+ Self.gatheringNanoseconds
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

    /// Takes those who have asked, and for a moment those who are likely to ask soon.
    private func gather() -> [Ticket] {
        let now = clock.monotonicClock().nanoseconds
        let (isWorthWaiting, rest) = state.withLock { state in
            guard state.waiting.count < state.expected, now < state.expectedUntil else { return (false, 0 as UInt64) }
            if state.hurries > 0 { state.hurries -= 1 }
            return (state.hurries == 0, state.expectedUntil - now)
        }
        if isWorthWaiting {
            let hasCome: Bool? = state.wait(timeoutNanoseconds: rest) { state in
                state.waiting.count >= state.expected ? true : nil
            }
            state.withLock { state in
                if hasCome != nil {
                    state.hurriesNext = 1
                } else {
                    state.hurries = state.hurriesNext
                    state.hurriesNext = min(state.hurriesNext * 2, Self.hurriesMaximum)
                }
            }
        }
        return state.withLock { state in
            let group = Array(state.waiting.prefix(Self.groupMaximum))
            state.waiting.removeFirst(group.count)
            return group
        }
    }
}
