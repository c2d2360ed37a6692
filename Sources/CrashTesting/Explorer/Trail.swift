internal import FileSystemSeam

/// What a recovery observed so far, in order, and where it came to a choice: enough to go back to the last choice
/// and on from there, without looking at the beginning again.
struct Trail {
    struct Decision {
        var option: Int32
        var count: Int32
    }

    /// Where an observation began that came to a choice.
    private struct Fork {
        /// The first decision of the observation.
        var position: Int
        var steps: Int
        var together: Int
        var hash: StateHash
        var place: Int
    }

    /// The observations. When what was seen is a list, the value is the complement of where it begins in ``together``.
    private(set) var steps: [ForeseenStep] = []
    private var together: [Int64] = []
    /// The hash of all steps.
    var hash = StateHash(seed: 0)
    /// Where the ``ObservationTable`` has what the last step looked at; -1 where it has not.
    var place = -1
    /// Which version was taken at each choice, and of how many. Those from ``position`` on are still to be met.
    private(set) var decisions: [Decision] = []
    private(set) var position = 0
    private var forks: [Fork] = []
    /// What was decided at each fork: words in, then words out.
    private var survivors: [UInt64] = []
    private var isAtFork = false

    /// Begins anew.
    mutating func begin(_ root: StateHash) {
        steps.removeAll(keepingCapacity: true)
        together.removeAll(keepingCapacity: true)
        decisions.removeAll(keepingCapacity: true)
        forks.removeAll(keepingCapacity: true)
        survivors.removeAll(keepingCapacity: true)
        hash = root
        place = -1
        position = 0
        isAtFork = false
    }

    // MARK: - Going on

    /// Ends an observation.
    @inline(__always)
    mutating func note(_ code: Int64, _ value: Int64) {
        steps.append(ForeseenStep(code: code, value: value))
        hash.mix(code, value)
        isAtFork = false
    }

    /// Ends an observation of several cells, of which `summary` is the hash.
    @inline(__always)
    mutating func note(_ code: Int64, _ summary: Int64, seen value: Int64) {
        steps.append(ForeseenStep(code: code, value: value))
        hash.mix(code, summary)
        isAtFork = false
    }

    /// Ends an observation of several cells, of which `summary` is the hash.
    mutating func note(_ code: Int64, _ summary: Int64, together values: [Int64]) {
        steps.append(ForeseenStep(code: code, value: ~Int64(together.count)))
        together.append(Int64(values.count))
        together.append(contentsOf: values)
        hash.mix(code, summary)
        isAtFork = false
    }

    /// The values of a step that observed several cells.
    func values(of step: ForeseenStep) -> [Int64] {
        let start = Int(~step.value)
        return Array(together[start + 1..<start + 1 + Int(together[start])])
    }

    /// The decision at the present choice; nil when it was not met before.
    mutating func decision(_ survivors: borrowing Survivors) -> Decision? {
        if !isAtFork { fork(survivors) }
        if position == decisions.count { return nil }
        position += 1
        return decisions[position - 1]
    }

    /// Decides at a choice that was not met before.
    mutating func decide(_ decision: Decision) {
        decisions.append(decision)
        position += 1
    }

    private mutating func fork(_ survivors: borrowing Survivors) {
        isAtFork = true
        forks.append(Fork(position: position, steps: steps.count, together: together.count, hash: hash, place: place))
        self.survivors.append(contentsOf: survivors.inside)
        self.survivors.append(contentsOf: survivors.outside)
    }

    // MARK: - Going back

    /// Gives up the last decision and returns it.
    mutating func popDecision() -> Decision? { decisions.popLast() }

    /// Puts another decision in the place of the one given up last, and goes back to the beginning of the observation
    /// that comes to it.
    mutating func goBack(deciding decision: Decision, _ present: inout Survivors) {
        decisions.append(decision)
        goBack(to: decisions.count - 1, &present)
    }

    /// Gives up all decisions and goes back to the beginning of the observation that comes to the first.
    mutating func goBackToFirstChoice(_ present: inout Survivors) {
        decisions.removeAll(keepingCapacity: true)
        goBack(to: 0, &present)
    }

    private mutating func goBack(to last: Int, _ present: inout Survivors) {
        while let fork = forks.last, fork.position > last { forks.removeLast() }
        // When nothing was chosen, everything is as it will be again.
        guard let fork = forks.popLast() else { return }
        let words = present.inside.count
        let start = forks.count * words * 2
        present.copyDecisions(from: survivors[start..<start + words * 2])
        survivors.removeLast(survivors.count - start)
        steps.removeLast(steps.count - fork.steps)
        together.removeLast(together.count - fork.together)
        hash = fork.hash
        place = fork.place
        position = fork.position
        isAtFork = false
    }
}
