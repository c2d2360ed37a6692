internal import FileSystemSeam

/// Puts a failing state into words: which micro-operation persisted without which, and what act is missing.
struct FindingNarrator {
    let model: PersistenceModel
    let order: PersistenceOrder
    let log: EffectLog
    let operations: [SimOperation]
    let labels: [Int64: String]
    let disk: SimDisk
    /// What went wrong while these operations were made.
    var faults = FaultPlan()
    /// What to call these operations: `operation`, or `recovery operation`.
    var noun = "operation"

    func operation(_ number: Int) -> String {
        for operation in operations where operation.number == number {
            return "\(noun) \(number) `\(operation.title)`"
        }
        return "\(noun) \(number)"
    }

    func operation(ofEvent event: Int) -> String { operation(Int(log.events[event].operation)) }

    func label(_ inode: Int64) -> String { labels[inode] ?? "inode \(inode >> 2)" }

    func cell(_ id: Int) -> String {
        let key = disk.state.cells.keys[id]
        switch key.kind {
        case .name: return "name \(disk.state.names.names[key.index]) in \(label(key.inode))"
        case .size: return "length of \(label(key.inode))"
        case .permissions: return "permissions of \(label(key.inode))"
        case .modified: return "time of \(label(key.inode))"
        case .sector: return "sector \(key.index) of \(label(key.inode))"
        }
    }

    func cells(_ node: Int) -> String {
        let node = order.nodes[node]
        var texts: [String] = []
        for effect in order.effects[Int(node.first)..<Int(node.first + node.count)] {
            texts.append(cell(Int(effect.cell)))
        }
        return texts.joined(separator: ", ")
    }

    func steps(_ point: PersistenceOrder.Point, _ survivors: [UInt64]) -> [CrashFinding.Step] {
        var steps: [CrashFinding.Step] = []
        for node in 0..<point.nodes {
            let bit = 1 << UInt64(node & 63) as UInt64
            let number = Int(log.events[Int(order.nodes[node].event)].operation)
            steps.append(
                CrashFinding.Step(
                    operation: number,
                    title: operation(number),
                    cell: cells(node),
                    survived: survivors[node >> 6] & bit != 0,
                    isDurable: order.floors[point.floor * order.words + node >> 6] & bit != 0
                )
            )
        }
        return steps
    }

    /// What a failure hangs on, as far as trying states tells.
    enum Culprit {
        /// It fails even when nothing after the lost micro-operation persisted: a promise is broken.
        case promise
        /// The first micro-operation whose persisting makes it fail.
        case node(Int)
    }

    /// The first micro-operation that did not survive, if one did not.
    func lost(_ point: PersistenceOrder.Point, _ survivors: [UInt64]) -> Int? {
        (0..<point.nodes).first { survivors[$0 >> 6] & (1 << UInt64($0 & 63)) == 0 }
    }

    /// The sentence and the missing act for a state.
    func tell(
        _ point: PersistenceOrder.Point,
        _ survivors: [UInt64],
        _ culprit: Culprit?
    ) -> (sentence: String, missing: String) {
        func survived(_ node: Int) -> Bool { survivors[node >> 6] & (1 << UInt64(node & 63)) != 0 }
        guard let lost = lost(point, survivors) else { return everythingPersisted(point) }
        let lostEvent = Int(order.nodes[lost].event)
        var kept = (lost..<point.nodes).last(where: survived)
        switch culprit {
        case .promise?: kept = nil
        case .node(let node)?: kept = node
        case nil: break
        }
        if let kept, Int(order.nodes[kept].event) == lostEvent, order.nodes[lost].kind != .name {
            let missing = "a checksum or length that exposes a torn write, or writing aside and renaming"
            let part = "\(operation(ofEvent: lostEvent)) persisted in part, \(cells(kept)) without \(cells(lost))"
            return ("\(part); missing: \(missing)", missing)
        }
        if let kept {
            let keptEvent = Int(order.nodes[kept].event)
            let missing = act(for: lost, before: operation(ofEvent: keptEvent), within: lostEvent...keptEvent)
            return (
                "\(operation(ofEvent: keptEvent)) persisted without \(operation(ofEvent: lostEvent)) "
                    + "(\(cells(lost))); missing: \(missing)", missing
            )
        }
        // Nothing later persisted: what was promised, or relied on, is simply not there.
        let last = max(lostEvent, point.event)
        let promise = log.events[lostEvent...].firstIndex { $0.kind == .acknowledge }
        let acknowledged = promise.map { $0 <= point.event } ?? false
        let missing = act(
            for: lost,
            before: acknowledged ? "the acknowledgement" : "it is relied on",
            within: lostEvent...last
        )
        let what = acknowledged ? "was acknowledged but had not persisted" : "had not persisted"
        return ("\(operation(ofEvent: lostEvent)) \(what) (\(cells(lost))); missing: \(missing)", missing)
    }

    private func everythingPersisted(_ point: PersistenceOrder.Point) -> (String, String) {
        guard point.nodes > 0 else {
            let missing = "a recovery that accepts the disk as it was before the workload"
            return ("the power was cut before anything was done; missing: \(missing)", missing)
        }
        for event in log.events[0...max(0, point.event)] where event.outcome == .lied {
            let missing = "a way to see that the device lied in \(operation(Int(event.operation)))"
            return ("\(operation(Int(event.operation))) lied; missing: \(missing)", missing)
        }
        let last = operation(ofEvent: Int(order.nodes[point.nodes - 1].event))
        let missing =
            remedyOfFaults ?? "an atomic step there, or a recovery that understands a state between operations"
        return ("the power was cut after \(last), with everything issued persisted; missing: \(missing)", missing)
    }

    /// What a store lacks when the faults alone break its promises; nil when there were none.
    private var remedyOfFaults: String? {
        var remedies: [String] = []
        for entry in faults.entries {
            let remedy =
                switch entry.fault {
                case .flippedBit: "a checksum that exposes changed bytes, compared before they are believed"
                case .misdirectedWrite: "a checksum over the bytes and their place, compared before they are believed"
                case .short(let bytes):
                    "going on after a \(entry.operation.rawValue) of \(bytes) of the bytes, and a recovery that "
                        + "understands what is there until then"
                case .lyingSync: "a way to see that the device lied"
                case .killed:
                    "a next process that makes durable what it relies on, or a state between operations that it understands"
                case .error:
                    "a way back, or a recovery that understands what is left, after \(entry.operation.rawValue) failed"
                }
            if !remedies.contains(remedy) { remedies.append(remedy) }
        }
        return remedies.isEmpty ? nil : remedies.joined(separator: "; and ")
    }

    /// The act that would have made a lost micro-operation durable.
    private func act(for lost: Int, before what: String, within events: ClosedRange<Int>) -> String {
        let node = order.nodes[lost]
        let upper = min(events.upperBound, log.events.count - 1)
        for event in log.events[events.lowerBound...upper] where covers(event, lost) {
            let number = Int(event.operation)
            if event.outcome == .failed {
                let what = event.kind == .syncDirectory ? "directory \(label(event.inode))" : label(event.inode)
                return "giving up \(what) after the failed \(operation(number)); a retry proves nothing"
            }
            if event.outcome == .lied { return "a device that does not lie in \(operation(number))" }
            if event.kind == .syncFile, event.level == .driveOnly || event.level == .barrier {
                return "sync(.full) of \(label(node.inode)) instead of sync(.\(event.level)) in \(operation(number))"
            }
        }
        switch node.kind {
        case .data, .length, .garbage: return "sync of \(label(node.inode)) before \(what)"
        case .attribute: return "sync(.full) of \(label(node.inode)) before \(what); sync(.data) leaves times out"
        case .name:
            var directories: [String] = []
            for effect in order.effects[Int(node.first)..<Int(node.first + node.count)] {
                let directory = label(disk.state.cells.keys[Int(effect.cell)].inode)
                if !directories.contains(directory) { directories.append(directory) }
            }
            return "sync of directory \(directories.joined(separator: " and ")) before \(what)"
        }
    }

    private func covers(_ event: DiskEvent, _ node: Int) -> Bool {
        if event.kind == .syncFile {
            return event.inode == order.nodes[node].inode && order.nodes[node].kind != .name
        }
        guard event.kind == .syncDirectory, order.nodes[node].kind == .name else { return false }
        let first = Int(order.nodes[node].first)
        return disk.state.cells.keys[Int(order.effects[first].cell)].inode == event.inode
    }
}
