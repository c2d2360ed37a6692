internal import FileSystemSeam

/// One state, given in full.
struct FixedState {
    var point: Int
    var survivors: [UInt64]
    var recovery: (point: Int, survivors: [UInt64])?
}

extension CrashEngine {
    /// All states of the last point only. Returns how they failed, those that did.
    func exploreEnd() throws -> Set<CrashOutcome> {
        var failures: Set<CrashOutcome> = []
        let order = core.survivors.first.order
        guard let point = order.points.last else { return failures }
        core.depth = 1
        core.survivors.begin(at: point)
        core.mode = .exhaustive
        core.trail.begin(StateHash(seed: UInt64(point.acknowledged)))
        repeat {
            place = (order.points.count - 1, nil)
            let failure = try execute(acknowledged: point.acknowledged).failure
            if let misstep = core.misstep {
                throw CrashTestingError.notDeterministic(what: "recovery", detail: describe(misstep))
            }
            if let failure { failures.insert(CrashOutcome(failure)) }
        } while core.advance()
        return failures
    }

    /// Recovers and checks the state that a token names; returns how it failed.
    func replay(_ token: ReplayToken) throws -> String? {
        let (struck, planned) = (settings.faults.entries.count, token.faults.entries.count)
        if struck < planned {
            throw CrashTestingError.tokenDoesNotFit(token, reason: "\(struck) of its \(planned) faults met a call")
        }
        let order = core.survivors.first.order
        var survivors = token.survivors
        // What went on after the fault may have added micro-operations.
        if planned > 0, survivors.count < order.words {
            survivors += [UInt64](repeating: 0, count: order.words - survivors.count)
        }
        if let reason = order.refusal(of: survivors, at: token.point) {
            throw CrashTestingError.tokenDoesNotFit(token, reason: reason)
        }
        let state = FixedState(point: token.point, survivors: survivors, recovery: token.recovery)
        let (failure, inner) = try evaluateKeepingOrder(state)
        if let recovery = token.recovery, let reason = inner?.refusal(of: recovery.survivors, at: recovery.point) {
            throw CrashTestingError.tokenDoesNotFit(token, reason: "in the recovery, \(reason)")
        }
        return failure
    }

    /// Recovers and checks one state; returns how it failed.
    func evaluate(_ state: FixedState) throws -> String? { try evaluateKeepingOrder(state).failure }

    /// The same, with the recovery's own order when the state crashes it.
    func evaluateKeepingOrder(_ state: FixedState) throws -> (failure: String?, order: PersistenceOrder?) {
        core.isFixed = true
        defer { core.isFixed = false }
        let acknowledged = core.survivors.first.order.points[state.point].acknowledged
        place = (state.point, nil)
        core.trail.begin(StateHash(seed: 0))
        core.depth = 1
        let outside = state.survivors.map { ~$0 }
        core.survivors.restore(inside: state.survivors, outside: outside, second: nil)
        let first = try execute(acknowledged: acknowledged)
        guard let recovery = state.recovery else { return (first.failure, nil) }
        var log = disk.state.log
        log.events.removeSubrange(recoveryEvents...)
        let order = PersistenceOrder(
            log,
            under: model,
            cells: disk.state.cells,
            sectors: &disk.state.sectors
        )
        if order.refusal(of: recovery.survivors, at: recovery.point) != nil { return (nil, order) }
        core.depth = 2
        defer { core.depth = 1 }
        core.survivors.restore(
            inside: state.survivors + recovery.survivors,
            outside: outside + recovery.survivors.map { ~$0 },
            second: Layer(order)
        )
        place.recovery = recovery.point
        let second = try execute(acknowledged: acknowledged)
        return (second.failure, order)
    }

    /// Makes a failing state as plain as possible: the earliest point, and as little missing as needed.
    func shrink(_ failure: RawFailure) throws -> FixedState {
        let order = core.survivors.first.order
        let words = order.words
        var state = FixedState(
            point: failure.point,
            survivors: failure.outside[0..<words].map { ~$0 },
            recovery: nil
        )
        if let recovery = failure.recovery {
            state.recovery = (recovery.point, failure.outside[words...].map { ~$0 })
        }
        let again = try evaluateKeepingOrder(state)
        let isRefused = state.recovery.map { again.order?.refusal(of: $0.survivors, at: $0.point) != nil } ?? false
        if again.failure == nil, !isRefused {
            throw CrashTestingError.notDeterministic(
                what: "recovery, or its check,",
                detail: "it failed with \"\(failure.message)\", and held when the same state was tried again"
            )
        }
        // The earliest crash point with the same obligations.
        if state.recovery == nil {
            for index in 0..<failure.point where order.points[index].acknowledged == failure.acknowledged {
                let issued = Survivors.nodes(from: order.points[index].nodes, words: words).map { ~$0 }
                var earlier = state
                earlier.point = index
                earlier.survivors = zip(state.survivors, issued).map { $0 & $1 }
                if try evaluate(earlier) != nil {
                    state = earlier
                    break
                }
            }
        }
        // Add survivors while it still fails.
        let issued = order.points[state.point].nodes
        var changed = true
        while changed {
            changed = false
            for node in 0..<issued where state.survivors[node >> 6] & (1 << UInt64(node & 63)) == 0 {
                var fuller = state
                for word in 0..<words { fuller.survivors[word] |= order.before[node * words + word] }
                if try evaluate(fuller) != nil {
                    state = fuller
                    changed = true
                }
            }
            changed = changed ? try shrinkRecovery(&state) : false
        }
        _ = try shrinkRecovery(&state)
        return state
    }

    private func shrinkRecovery(_ state: inout FixedState) throws -> Bool {
        guard let recovery = state.recovery, let order = try evaluateKeepingOrder(state).order else { return false }
        var changed = false
        for node in 0..<order.points[recovery.point].nodes {
            guard let now = state.recovery, now.survivors[node >> 6] & (1 << UInt64(node & 63)) == 0 else { continue }
            var fuller = state
            for word in 0..<order.words {
                fuller.recovery?.survivors[word] |= order.before[node * order.words + word]
            }
            if try evaluate(fuller) != nil {
                state = fuller
                changed = true
            }
        }
        return changed
    }
}

extension PersistenceOrder {
    /// Why these micro-operations cannot be all that survived of this run; nil when they can.
    func refusal(of survivors: [UInt64], at index: Int) -> String? {
        guard points.indices.contains(index) else {
            return "there are \(points.count) crash points, and none with the number \(index)"
        }
        let point = points[index]
        let issued = "at crash point \(index) \(Count(point.nodes, "micro-operation")) had been issued"
        guard survivors.count == words else {
            return "\(issued), and \(Count(words, "word")) and not \(survivors.count) would name survivors"
        }
        for node in 0..<words * 64 {
            let survived = survivors[node >> 6] & (1 << UInt64(node & 63)) != 0
            if survived, node >= point.nodes { return "\(issued), and it names number \(node)" }
            let isDurable = floors[point.floor * words + node >> 6] & (1 << UInt64(node & 63)) != 0
            if !survived, isDurable { return "micro-operation \(node) is durable at crash point \(index)" }
            guard survived else { continue }
            for word in 0..<words where before[node * words + word] & ~survivors[word] != 0 {
                return "micro-operation \(node) cannot survive without those that come before it"
            }
        }
        return nil
    }
}
