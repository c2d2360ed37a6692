internal import FileSystemSeam

/// Lets threads that ask at the same time share one critical section of a storage: one lock, one write, one sync.
///
/// Whoever finds nobody at work works for everyone who has asked so far, and before telling them what came of it hands the
/// work on to one of those who asked meanwhile. So nobody waits for a thread that is not there, nobody works for others
/// longer than for one group, and a caller who is alone pays nothing.
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
    }

    private let storage: any JournalStorage
    private let state = Condition(State())
    /// How many requests share one critical section at most: other processes want their turn, too.
    private static let groupMaximum = 256

    /// Groups what is asked of a storage.
    package init(_ storage: any JournalStorage) { self.storage = storage }

    /// Asks the storage, together with others.
    package func commit(_ request: JournalRequest) throws(JournalError) -> JournalAnswer {
        let ticket = Ticket(request)
        let isFirst = state.withLock { state in
            state.waiting.append(ticket)
            if state.isWorking { return false }
            state.isWorking = true
            return true
        }
        if isFirst { return try work(for: ticket).get() }
        switch ticket.wait() {
        case .answered(let answer): return try answer.get()
        case .promoted: return try work(for: ticket).get()
        }
    }

    /// Works for those who wait, of whom `own` is the first; returns what came of it for `own`.
    private func work(for own: Ticket) -> Result<JournalAnswer, JournalError> {
        let group = state.withLock { state in
            let group = Array(state.waiting.prefix(Self.groupMaximum))
            state.waiting.removeFirst(group.count)
            return group
        }
        let answers = storage.commit(group.map(\.request))
        precondition(answers.count == group.count, "a storage answers every request once")
        let next = state.withLock { state in
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
}
