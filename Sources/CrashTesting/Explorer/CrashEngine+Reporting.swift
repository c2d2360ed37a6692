internal import FileSystemSeam

extension CrashEngine {
    /// Shrinks what was found and puts it into words.
    func report<Acknowledgement>(_ recording: Recording<Acknowledgement>) throws -> CrashReport {
        var findings: [CrashFinding] = []
        for failure in failures.prefix(64) {
            if findings.count == settings.findingMaximum { break }
            let state = try shrink(failure)
            let finding = try describe(state, failure, recording)
            if !findings.contains(where: { $0.sentence == finding.sentence }) { findings.append(finding) }
        }
        return CrashReport(
            model: model.name,
            operations: recording.operations,
            statistics: statistics,
            findings: findings,
            workloadError: recording.error
        )
    }

    private func describe<Acknowledgement>(
        _ state: FixedState,
        _ failure: RawFailure,
        _ recording: Recording<Acknowledgement>
    ) throws -> CrashFinding {
        disk.isTracing = true
        disk.trace = []
        defer { disk.isTracing = false }
        let (message, inner) = try evaluateKeepingOrder(state)
        let order = core.survivors.first.order
        let point = order.points[state.point]
        let outer = FindingNarrator(
            model: model,
            order: order,
            log: recording.log,
            operations: recording.operations,
            labels: recording.base,
            disk: disk,
            faults: settings.faults
        )
        var (sentence, missing) = outer.tell(point, state.survivors, try culprit(state, outer))
        var recoverySteps: [CrashFinding.Step] = []
        var crash = "before the first operation"
        if point.event >= 0 {
            let kind = recording.log.events[point.event].kind
            crash = "after " + outer.operation(ofEvent: point.event)
            if kind == .acknowledge { crash += " and acknowledgement \(point.acknowledged)" }
        }
        if let recovery = state.recovery, let inner {
            let log = try recoveryLog(state)
            var narrator = FindingNarrator(
                model: model,
                order: inner,
                log: log,
                operations: disk.trace,
                labels: disk.labels(),
                disk: disk
            )
            narrator.noun = "recovery operation"
            let told = narrator.tell(inner.points[recovery.point], recovery.survivors, nil)
            let first = inner.points[recovery.point]
            sentence = "after a crash \(crash), the recovery was crashed too: \(told.sentence)"
            missing = told.missing
            crash += ", and again after " + narrator.operation(ofEvent: first.event)
            recoverySteps = narrator.steps(first, recovery.survivors)
        }
        return CrashFinding(
            message: message ?? failure.message,
            sentence: sentence,
            missing: missing,
            token: token(state.point, state.survivors, recovery: state.recovery),
            crash: crash,
            acknowledged: point.acknowledged,
            steps: outer.steps(point, state.survivors),
            recoverySteps: recoverySteps
        )
    }

    /// What the failure of a state hangs on: tries it with ever more of what came after the loss. These states
    /// need not be legal ones; they only explain.
    private func culprit(_ state: FixedState, _ narrator: FindingNarrator) throws -> FindingNarrator.Culprit? {
        let order = core.survivors.first.order
        let point = order.points[state.point]
        guard state.recovery == nil, let lost = narrator.lost(point, state.survivors) else { return nil }
        func fails(upTo node: Int) throws -> Bool {
            var part = state
            let later = Survivors.nodes(from: node, words: order.words)
            part.survivors = zip(state.survivors, later).map { $0 & ~$1 }
            return try evaluate(part) != nil
        }
        if try fails(upTo: lost) { return .promise }
        for node in lost + 1..<max(lost + 1, point.nodes) where try fails(upTo: node + 1) { return .node(node) }
        return nil
    }

    /// Runs the first recovery of a state again and returns what it did.
    private func recoveryLog(_ state: FixedState) throws -> EffectLog {
        disk.trace = []
        var first = state
        first.recovery = nil
        _ = try evaluate(first)
        return disk.state.log
    }
}
