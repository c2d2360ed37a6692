internal import FileSystemSeam

/// A state in which a promise was broken, as found.
struct RawFailure {
    var message: String
    var acknowledged: Int
    /// Index of the crash point in the workload's order.
    var point: Int
    var inside: [UInt64]
    var outside: [UInt64]
    /// The crash inside the recovery, when there was one.
    var recovery: (layer: Layer, point: Int)?
}

extension CrashEngine {
    private var hasFailedEnough: Bool { failures.count >= max(1, settings.failureMaximum) }

    /// Visits every crash point of the workload.
    func explore() throws {
        let order = core.survivors.first.order
        statistics.crashPoints = order.points.count
        statistics.microOperations = order.nodes.count
        var coverage = Coverage.exhaustive
        for index in order.points.indices {
            let point = order.points[index]
            tellProgress()
            core.depth = 1
            if order.mustVisit(index, after: coverage) {
                core.survivors.begin(at: point)
                let isNew = point.kind != .node || core.requireLastNode(before: point)
                if isNew || coverage != .exhaustive {
                    let own = try visit(acknowledged: point.acknowledged, point: index, recovery: nil)
                    coverage = point.kind == .node ? max(coverage, own) : own
                }
            }
            switch coverage {
            case .exhaustive: statistics.exhaustivePoints += 1
            case .bounded: statistics.boundedPoints += 1
            case .sampled: statistics.sampledPoints += 1
            }
            if hasFailedEnough {
                statistics.stopsEarly = true
                break
            }
        }
        statistics.seenSetBytes = core.table.bytes
        statistics.seenSetIsFull = core.table.isFull
        tellProgress()
    }

    /// Visits all states of one point, whose decisions so far are the present survivors, or what the budget allows.
    private func visit(
        acknowledged: Int,
        point: Int,
        recovery: (layer: Layer, point: Int)?
    ) throws -> Coverage {
        let mayBeExhaustive = !core.hasUndecidedSectors(moreThan: settings.unsyncedSectorMaximum)
        if mayBeExhaustive {
            if try sweep(.exhaustive, max(1, settings.runMaximum), acknowledged, point, recovery) { return .exhaustive }
        }
        // At least one state is tried, however small the budget.
        let part = max(0, settings.runMaximum / 4)
        let first = mayBeExhaustive ? part : max(1, part)
        let fromNewest = try sweep(.deviations(fromNewest: true), first, acknowledged, point, recovery)
        // Where two are allowed, one of them has lost whatever may be lost; those from the newest alone lose next to
        // nothing.
        let second = settings.runMaximum >= 2 ? max(1, part) : 0
        let fromOldest = try sweep(.deviations(fromNewest: false), second, acknowledged, point, recovery)
        _ = try sweep(.sampled, min(part, settings.sampleCount), acknowledged, point, recovery)
        return fromNewest && fromOldest ? .bounded : .sampled
    }

    /// Tries versions in one mode until all were tried, or `maximum` of them. Returns whether all were.
    private func sweep(
        _ mode: ObservationCore.Mode,
        _ maximum: Int,
        _ acknowledged: Int,
        _ point: Int,
        _ recovery: (layer: Layer, point: Int)?
    ) throws -> Bool {
        core.keepDecisions()
        defer { core.takeUpAndForgetKept() }
        core.mode = mode
        core.trail.begin(StateHash(seed: UInt64(acknowledged)))
        var tries = 0
        repeat {
            if tries >= maximum { return false }
            tries += 1
            if (statistics.runs &+ statistics.recognised) & 0xFF == 0 { tellProgress() }
            var layer: Layer?
            if let index = core.walk(disk), leaves[index].repairs != -2 || core.depth > 1 || settings.depth < 2 {
                statistics.recognised += 1
                if leaves[index].repairs >= 0 { layer = repairs[Int(leaves[index].repairs)] }
            } else {
                try stopIfAstray()
                place = (point, recovery?.point)
                layer = try runHere(acknowledged, point, recovery)
            }
            if hasFailedEnough { return true }
            if core.depth == 1, let layer {
                try crashRecovery(layer, acknowledged, point)
                core.mode = mode
            }
        } while core.advance()
        return true
    }

    /// Runs one state and remembers how it ended; returns what the recovery wrote, when that is to be crashed.
    private func runHere(
        _ acknowledged: Int,
        _ point: Int,
        _ recovery: (layer: Layer, point: Int)?
    ) throws -> Layer? {
        var (leaf, failure, layer) = try execute(acknowledged: acknowledged)
        try stopIfAstray()
        let found = core.table.find(core.trail.hash, after: core.trail.place)
        let known = found < 0 ? -1 : core.table.payload(at: found)
        if known < 0 || known & ~Probe.payload == Probe.leaf, let layer, !core.table.isFull {
            leaf.repairs = Int32(repairs.count)
            repairs.append(layer)
            core.table.otherBytes += layer.bytes
        }
        if failure == nil, recovery == nil { ways?.note(point, core.survivors.outside.map { ~$0 }, acknowledged) }
        let failed = failure.map {
            RawFailure(
                message: $0,
                acknowledged: acknowledged,
                point: point,
                inside: core.survivors.inside,
                outside: core.survivors.outside,
                recovery: recovery
            )
        }
        if known < 0 {
            if failed != nil { leaf.failure = Int32(failures.count) }
            let payload = Probe.leaf | Int64(leaves.count)
            if core.table.insert(core.trail.hash, payload, after: core.trail.place) >= 0 {
                leaves.append(leaf)
                core.table.otherBytes += MemoryLayout<Leaf>.stride
            }
            statistics.states += 1
            if let failed {
                statistics.failedStates += 1
                failures.append(failed)
            }
        } else if known & ~Probe.payload == Probe.leaf {
            let index = Int(known & Probe.payload)
            leaf.failure = leaves[index].failure
            leaves[index] = leaf
            // Met first where a recovery had been crashed, and now without.
            if let failed, leaf.failure >= 0, failures[Int(leaf.failure)].recovery != nil {
                failures[Int(leaf.failure)] = failed
            }
        } else {
            throw CrashTestingError.notDeterministic(
                what: "recovery",
                detail: "after the same observations it once ended and once went on"
            )
        }
        return layer
    }

    private func stopIfAstray() throws {
        if let misstep = core.misstep {
            throw CrashTestingError.notDeterministic(what: "recovery", detail: describe(misstep))
        }
    }

    /// Crashes a recovery at each of its own micro-operations, and where that left too much to be covered whole after
    /// its syncs, and recovers once more.
    private func crashRecovery(_ layer: Layer, _ acknowledged: Int, _ point: Int) throws {
        var key = core.trail.hash
        for word in core.survivors.inside { key.mix(Probe.mark, Int64(bitPattern: word)) }
        for word in core.survivors.outside { key.mix(Probe.mark, Int64(bitPattern: word)) }
        if core.table.find(key, after: -1) >= 0 { return }
        core.table.insert(key, Probe.mark, after: -1)

        core.keepDecisions()
        swap(&core.trail, &spareTrail)
        core.depth = 2
        let points = layer.order.points
        // Before the recovery's first micro-operation there are only states of the workload's point.
        var coverage = Coverage.exhaustive
        for index in points.indices where points[index].kind != .start && layer.order.mustVisit(index, after: coverage)
        {
            let isNode = points[index].kind == .node
            statistics.recoveryPoints += 1
            core.takeUpKept()
            core.survivors.overlay(layer, at: points[index])
            if isNode, !core.requireLastNode(before: points[index]), coverage == .exhaustive { continue }
            let own = try visit(acknowledged: acknowledged, point: point, recovery: (layer, index))
            coverage = isNode ? max(coverage, own) : own
            switch coverage {
            case .exhaustive: break
            case .bounded: statistics.boundedRecoveryPoints += 1
            case .sampled: statistics.sampledRecoveryPoints += 1
            }
            if hasFailedEnough { break }
        }
        core.depth = 1
        swap(&core.trail, &spareTrail)
        core.takeUpAndForgetKept()
    }
}

extension PersistenceOrder {
    /// Whether a crash point has states that the points before it do not cover.
    ///
    /// - Parameter coverage: how these are covered.
    ///
    /// A sync only takes states away: all that are left were tried before it, if all there were tried. If not, there
    /// may be few enough now, unless it made nothing durable.
    fileprivate func mustVisit(_ index: Int, after coverage: Coverage) -> Bool {
        let point = points[index]
        if point.kind != .sync { return true }
        if coverage == .exhaustive { return false }
        let (before, now) = (points[index - 1].floor * words, point.floor * words)
        return floors[before..<before + words] != floors[now..<now + words]
    }
}
