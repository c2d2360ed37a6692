internal import FileSystemSeam

extension CrashEngine {
    /// Shrinks what was found and puts it into words.
    func report(_ recording: Recording) throws -> CrashReport {
        var findings: [CrashFinding] = []
        for failure in failures {
            if findings.count == settings.findingMaximum { break }
            let state = try shrink(failure)
            let finding = try describe(state, failure, recording)
            if !findings.contains(where: { $0.sentence == finding.sentence }) { findings.append(finding) }
        }
        return CrashReport(
            model: model.name, operations: recording.operations, statistics: statistics, findings: findings)
    }

    private func describe(
        _ state: FixedState, _ failure: RawFailure, _ recording: Recording
    ) throws -> CrashFinding {
        disk.isTracing = true
        disk.trace = []
        defer { disk.isTracing = false }
        let (message, inner) = try evaluateKeepingOrder(state)
        let order = survivors.first
        let point = order.points[state.point]
        let outer = FindingNarrator(
            model: model, order: order, log: recording.log, operations: recording.operations, labels: recording.base,
            disk: disk)
        var (sentence, missing) = outer.tell(point, state.survivors)
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
                model: model, order: inner, log: log, operations: disk.trace, labels: disk.labels(), disk: disk)
            narrator.noun = "recovery operation"
            let told = narrator.tell(inner.points[recovery.point], recovery.survivors)
            let first = inner.points[recovery.point]
            sentence = "after a crash \(crash), the recovery was crashed too: \(told.sentence)"
            missing = told.missing
            crash += ", and again after " + narrator.operation(ofEvent: first.event)
            recoverySteps = narrator.steps(first, recovery.survivors)
        }
        return CrashFinding(
            message: message ?? failure.message, sentence: sentence, missing: missing,
            token: ReplayToken(
                model: model.name, point: state.point, survivors: state.survivors, recovery: state.recovery),
            crash: crash, acknowledged: point.acknowledged, steps: outer.steps(point, state.survivors),
            recoverySteps: recoverySteps)
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
