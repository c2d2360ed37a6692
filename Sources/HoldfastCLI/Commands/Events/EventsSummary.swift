internal import Canonical
internal import EventLog

/// What a log holds, summed up in one pass and bounded memory: of long texts only the beginning is kept.
struct EventsSummary {
    private var firstSessions: [KeptText] = []
    /// The first and last time that an event carries.
    private(set) var firstTime: String?
    private(set) var lastTime: String?

    private var types = TextCounts(differentMaximum: differentMaximum)
    private var agents = TextCounts(differentMaximum: differentMaximum)
    private var failures: [[String]] = []
    private var failureCount = 0
    private var latest: [[String]] = []
    /// Events a minute, by minutes since the epoch.
    private var minutes: [Int64: UInt64] = [:]

    /// More different values than this are not told apart.
    private static let differentMaximum = 1000
    /// Lists are cut to this many rows.
    private static let rowMaximum = 50
    /// Into so many spans a session's time is divided.
    private static let spanMaximum = 30

    init(of log: SessionLog, _ context: CommandContext) throws(CommandFailure) {
        let stream = try context.asking { () throws(EventLogError) in try log.events() }
        while let stored = try context.asking({ () throws(EventLogError) in try stream.nextEvent() }) { add(stored) }
    }

    private mutating func add(_ stored: StoredEvent) {
        let event = stored.event
        if firstSessions.count < 5 {
            let session = KeptText(event.sessionID)
            if !firstSessions.contains(session) { firstSessions.append(session) }
        }
        types.count(stored.type)
        agents.count("\(event.agentName) (\(event.agentInstanceID))")
        if let time = try? Timestamp(parsing: event.timestamp) {
            firstTime = firstTime ?? event.timestamp
            lastTime = event.timestamp
            let minute = time.secondsSinceEpoch / 60
            if minutes[minute] != nil || minutes.count < 100_000 { minutes[minute, default: 0] += 1 }
        }
        let row = [
            String(stored.sequenceNumber), event.timestamp, stored.type, event.agentName, EventText.summary(event.kind),
        ].map { Printable.shortened($0, KeptText.characterMaximum) }
        if isFailure(event.kind) {
            failureCount += 1
            if failures.count < Self.rowMaximum { failures.append(row) }
        }
        latest.append(row)
        if latest.count > 2 * Self.rowMaximum { latest.removeFirst(Self.rowMaximum) }
    }

    /// The sessions, as many as a few.
    var sessions: [String] { firstSessions.map(\.shown) }

    private func isFailure(_ kind: EventKind) -> Bool {
        switch kind {
        case .agentFailed: true
        case .agentCompletedProcess(_, let code, _, _): code.map { $0 != 0 } ?? false
        default: false
        }
    }

    /// Events by type, by agent and over time; failures; the latest events.
    var tables: [StoreExamination.Table] {
        var tables = [counted("Events by type", "type", types), counted("Events by agent", "agent", agents)]
        if let overTime { tables.append(overTime) }
        let columns = ["number", "time", "type", "agent", "about"]
        if !failures.isEmpty {
            tables.append(
                StoreExamination.Table(
                    title: "Failures of agents and processes",
                    columns: columns,
                    rows: failures,
                    note: failureCount > failures.count ? "The first \(failures.count) of \(failureCount)." : ""
                )
            )
        }
        tables.append(
            StoreExamination.Table(
                title: "Latest events",
                columns: columns,
                rows: latest.suffix(Self.rowMaximum).reversed()
            )
        )
        return tables.filter { !$0.rows.isEmpty }
    }

    private func counted(_ title: String, _ column: String, _ counts: TextCounts) -> StoreExamination.Table {
        var sorted = counts.sorted
        if counts.otherCount > 0 {
            let place = sorted.firstIndex { $0.count < counts.otherCount } ?? sorted.count
            sorted.insert((text: "(others)", count: counts.otherCount), at: place)
        }
        let shown = sorted.prefix(Self.rowMaximum)
        return StoreExamination.Table(
            title: title,
            columns: [column, "events"],
            rows: shown.map { [$0.text, String($0.count)] },
            weights: shown.map(\.count),
            note: sorted.count > shown.count ? "And \(sorted.count - shown.count) more." : ""
        )
    }

    /// The session's time in equal spans of whole minutes; nil when it is shorter than two.
    private var overTime: StoreExamination.Table? {
        guard let first = minutes.keys.min(), let last = minutes.keys.max(), last > first else { return nil }
        let length = max(1, (last - first) / Int64(Self.spanMaximum) + 1)
        var spans = [UInt64](repeating: 0, count: Int((last - first) / length) + 1)
        for (minute, count) in minutes { spans[Int((minute - first) / length)] += count }
        return StoreExamination.Table(
            title: "Events over time, \(length == 1 ? "a minute" : "\(length) minutes") a row",
            columns: ["from", "events"],
            rows: spans.indices.map { place in
                let start = Timestamp(secondsSinceEpoch: (first + Int64(place) * length) * 60)
                return [start.description, String(spans[place])]
            },
            weights: spans
        )
    }
}
