internal import FileSystemSeam

/// The schedules that are left to try, and which of them comes next.
///
/// A schedule is what is taken at the first choices of a run; at all later ones the run goes on as if nobody was
/// interfered with. So each run that was made leads to others: its beginning, and something else at one of the later
/// choices. Every schedule is reached so in exactly one way, whatever the order, and all were tried when none is left.
struct ScheduleFrontier {
    struct Schedule {
        /// What to take at the first choices.
        var options: [Int] = []
        /// The ``fingerprint(of:)`` of these choices where they were met before.
        var fingerprint = ScheduleFrontier.fingerprint(of: [])
    }

    /// A schedule as the run that it leaves and where; a run may have hundreds of choices, and there may be millions.
    private struct Branch {
        var run: Int32
        var position: Int32
        var option: Int32
        /// How many of its choices are preemptions, kills and the like.
        var changes: Int32
        var fingerprint: UInt64
    }

    /// Where the runs that were made came from, in order.
    private var runs: [Branch] = []
    /// What is left, by the number of changes.
    private var levels: [[Branch]] = []
    private var turn = 0
    private var random: XorShift

    /// Begins with the schedule in which nobody is interfered with.
    init(seed: UInt64) {
        random = XorShift(seed: seed)
        let nothing = Self.fingerprint(of: [])
        levels.append([Branch(run: -1, position: -1, option: 0, changes: 0, fingerprint: nothing)])
    }

    /// The schedule to try next; nil when all were tried.
    mutating func next() -> Schedule? {
        guard let level = nextLevel() else { return nil }
        let last = levels[level].count - 1
        levels[level].swapAt(drawn(below: last + 1), last)
        let branch = levels[level].removeLast()
        runs.append(branch)
        var options = [Int](repeating: 0, count: Int(branch.position) + 1)
        var step = branch
        while step.run >= 0 {
            options[Int(step.position)] = Int(step.option)
            step = runs[Int(step.run)]
        }
        return Schedule(options: options, fingerprint: branch.fingerprint)
    }

    /// Adds what the run of the schedule given last leads to.
    ///
    /// - Parameter decisions: all that the run came to.
    mutating func add(_ decisions: [Baton.Decision]) {
        let (run, origin) = (runs.count - 1, runs[runs.count - 1])
        var hash = StateHash(seed: 0)
        for (position, decision) in decisions.enumerated() {
            if position > origin.position {
                let level = Int(origin.changes) + (decision.isChange ? 1 : 0)
                while levels.count <= level { levels.append([]) }
                for option in 1..<max(1, decision.count) {
                    var branched = hash
                    branched.mix(Int64(option), Int64(decision.count))
                    levels[level].append(
                        Branch(
                            run: Int32(run),
                            position: Int32(position),
                            option: Int32(option),
                            changes: Int32(level),
                            fingerprint: branched.low
                        )
                    )
                }
            }
            hash.mix(Int64(decision.option), Int64(decision.count))
        }
    }

    /// Tells the same choices, with as many options each, from others.
    static func fingerprint(of decisions: ArraySlice<Baton.Decision>) -> UInt64 {
        var hash = StateHash(seed: 0)
        for decision in decisions { hash.mix(Int64(decision.option), Int64(decision.count)) }
        return hash.low
    }

    /// Every other time the fewest changes that are left, so that few are covered whole before many; in between each of
    /// the higher numbers in turn, so that a bound does not keep all of these from being tried.
    private mutating func nextLevel() -> Int? {
        guard let fewest = levels.firstIndex(where: { !$0.isEmpty }) else { return nil }
        turn += 1
        let higher = levels.indices.filter { $0 > fewest && !levels[$0].isEmpty }
        if higher.isEmpty || turn.isMultiple(of: 2) { return fewest }
        return higher[turn / 2 % higher.count]
    }

    /// Within one number of changes the order is drawn: neighbours differ in one step only, and show much the same.
    private mutating func drawn(below count: Int) -> Int {
        Int(random.next() >> 33) % count
    }
}
