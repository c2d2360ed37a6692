internal import CSQLite
internal import Canonical
internal import EventLog

/// The same work for the event log, for SQLite and for the bare disk.
enum EventWork {
    /// An event as a hook writes it for each tool call.
    static func event(_ number: Int) -> SessionEvent {
        SessionEvent(
            sessionID: "ssn_bench",
            agentID: "agent://indexer",
            agentInstanceID: "ai_7f3c",
            agentName: "indexer",
            hostID: "host_eu_7",
            kind: .agentCalledTool(
                name: "catalog.rebuild",
                inputDigest: "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                durationMilliseconds: UInt64(number)
            )
        )
    }

    /// A log that holds so many events already, or none; made without a sync an event.
    ///
    /// - Returns: its path.
    static func filled(_ arena: Arena, _ count: Int) throws -> String {
        let path = "\(arena.path)/session"
        let log = SessionLog(at: path, fileSystem: arena.fileSystem)
        for start in stride(from: 0, to: count, by: 1000) {
            try log.append((start..<min(start + 1000, count)).map { event($0) })
        }
        return path
    }

    /// Such an event as a command line gets it, before the log stamps it.
    static let draft = Array(
        """
        {"session_id":"ssn_bench","agent_id":"agent://indexer","agent_instance_id":"ai_7f3c","agent_name":"indexer",\
        "host_id":"host_eu_7","type":"agent.called_tool","tool_name":"catalog.rebuild"}
        """.utf8
    )

    /// As many bytes as such an event's line takes.
    static let line = [UInt8](repeating: UInt8(ascii: "e"), count: 463) + [UInt8(ascii: "\n")]
}

/// The event log's job, as a careful user would give it to SQLite: numbers from 0 without gaps, over any number of
/// processes.
final class SQLiteEvents {
    private let database: SQLiteDatabase
    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let next: SQLiteStatement
    private let insert: SQLiteStatement

    /// Makes a database, or joins one.
    init(_ path: String, _ synchronous: SQLiteUses.Synchronous) throws(SQLiteError) {
        database = try SQLiteDatabase(path)
        try database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=\(synchronous.rawValue);")
        try database.execute(
            "CREATE TABLE IF NOT EXISTS events (sequence_no INTEGER PRIMARY KEY, event BLOB NOT NULL)"
        )
        begin = try database.prepare("BEGIN IMMEDIATE")
        commit = try database.prepare("COMMIT")
        next = try database.prepare("SELECT ifnull(max(sequence_no) + 1, 0) FROM events")
        insert = try database.prepare("INSERT INTO events (sequence_no, event) VALUES (?, ?)")
    }

    /// Appends events with the next numbers in one transaction.
    func append(_ event: [UInt8], times count: Int = 1) throws(SQLiteError) {
        try begin.run()
        let first = try next.step() ? next.integer(0) : 0
        next.reset()
        for number in 0..<Int64(count) {
            try insert.bind(1, first + number)
            try insert.bind(2, event)
            try insert.run()
        }
        try commit.run()
    }
}
