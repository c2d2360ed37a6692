/// The journal's job, as a careful user would give it to SQLite: count, decide and insert in one transaction,
/// with a unique index behind the decision.
final class SQLiteUses {
    private let database: SQLiteDatabase
    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let count: SQLiteStatement
    private let insert: SQLiteStatement

    /// How a commit is made durable.
    enum Synchronous: String {
        /// Every commit is on the disk when it returns.
        case full = "FULL"
        /// The system writes when it likes.
        case off = "OFF"
    }

    /// Makes a database, or joins one.
    init(_ path: String, _ synchronous: Synchronous) throws(SQLiteError) {
        database = try SQLiteDatabase(path)
        try database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=\(synchronous.rawValue);")
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS uses (
                id INTEGER PRIMARY KEY, grant_id TEXT NOT NULL, nonce TEXT NOT NULL, number INTEGER NOT NULL,
                record BLOB NOT NULL);
            CREATE UNIQUE INDEX IF NOT EXISTS by_nonce ON uses (grant_id, nonce, number);
            """
        )
        begin = try database.prepare("BEGIN IMMEDIATE")
        commit = try database.prepare("COMMIT")
        count = try database.prepare("SELECT count(*) FROM uses WHERE grant_id = ? AND nonce = ?")
        insert = try database.prepare("INSERT INTO uses (grant_id, nonce, number, record) VALUES (?, ?, ?, ?)")
    }

    /// Consumes a nonce of a grant once.
    ///
    /// - Returns: false when it has been consumed as often as it may.
    func reserve(_ grant: String, _ nonce: String, maximum: Int64, _ record: [UInt8]) throws(SQLiteError) -> Bool {
        try begin.run()
        let used = try uses(grant, nonce)
        if used < maximum {
            try insert.bind(1, grant)
            try insert.bind(2, nonce)
            try insert.bind(3, used + 1)
            try insert.bind(4, record)
            try insert.run()
        }
        try commit.run()
        return used < maximum
    }

    /// How often a nonce of a grant was consumed.
    func uses(_ grant: String, _ nonce: String) throws(SQLiteError) -> Int64 {
        try count.bind(1, grant)
        try count.bind(2, nonce)
        defer { count.reset() }
        return try count.step() ? count.integer(0) : 0
    }

    /// Fills the table in one transaction.
    func fill(_ records: Int, _ record: [UInt8], _ key: (Int) -> (grant: String, nonce: String)) throws(SQLiteError) {
        try begin.run()
        for number in 0..<records {
            let (grant, nonce) = key(number)
            try insert.bind(1, grant)
            try insert.bind(2, nonce)
            try insert.bind(3, 1)
            try insert.bind(4, record)
            try insert.run()
        }
        try commit.run()
    }

    /// Calls `body` with every record, in order.
    func scan(_ body: ([UInt8]) -> Void) throws(SQLiteError) {
        let select = try database.prepare("SELECT record FROM uses ORDER BY id")
        while try select.step() { body(select.bytes(0)) }
    }
}
