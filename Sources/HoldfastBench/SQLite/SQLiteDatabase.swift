internal import CSQLite

/// What SQLite said when it did not do what was asked.
struct SQLiteError: Error, CustomStringConvertible {
    let code: Int32
    let message: String

    var description: String { "SQLite: \(message) (code \(code))" }
}

/// A connection to a SQLite database, for one thread.
@safe
final class SQLiteDatabase {
    private let connection: OpaquePointer

    /// Opens or makes a database; a busy one is waited for.
    init(_ path: String) throws(SQLiteError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            throw SQLiteError(code: code, message: "cannot open \(path)")
        }
        unsafe connection = opened
        _ = unsafe sqlite3_busy_timeout(connection, 60_000)
    }

    deinit { _ = unsafe sqlite3_close_v2(connection) }

    /// Runs statements that give no rows.
    func execute(_ statements: String) throws(SQLiteError) {
        try check(unsafe sqlite3_exec(connection, statements, nil, nil, nil))
    }

    /// Compiles one statement, to be run often.
    func prepare(_ statement: String) throws(SQLiteError) -> SQLiteStatement {
        var prepared: OpaquePointer?
        try check(unsafe sqlite3_prepare_v3(connection, statement, -1, 1, &prepared, nil))
        guard let prepared = unsafe prepared else { throw SQLiteError(code: SQLITE_MISUSE, message: statement) }
        return unsafe SQLiteStatement(self, prepared)
    }

    func check(_ code: Int32) throws(SQLiteError) {
        if code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE { return }
        throw SQLiteError(code: code, message: unsafe String(cString: sqlite3_errmsg(connection)))
    }
}

/// A compiled statement.
@safe
final class SQLiteStatement {
    private let database: SQLiteDatabase
    private let statement: OpaquePointer

    fileprivate init(_ database: SQLiteDatabase, _ statement: OpaquePointer) {
        self.database = database
        unsafe self.statement = statement
    }

    deinit { _ = unsafe sqlite3_finalize(statement) }

    /// Gives the parameter at a place, from 1, a text.
    func bind(_ place: Int32, _ text: String) throws(SQLiteError) {
        try database.check(unsafe csqlite_bind_text(statement, place, text, Int32(text.utf8.count)))
    }

    /// Gives the parameter at a place, from 1, bytes.
    func bind(_ place: Int32, _ bytes: [UInt8]) throws(SQLiteError) {
        let code = unsafe bytes.withUnsafeBytes { bytes in
            unsafe csqlite_bind_blob(statement, place, bytes.baseAddress, Int32(bytes.count))
        }
        try database.check(code)
    }

    /// Gives the parameter at a place, from 1, a number.
    func bind(_ place: Int32, _ number: Int64) throws(SQLiteError) {
        try database.check(unsafe sqlite3_bind_int64(statement, place, number))
    }

    /// Runs to the next row.
    ///
    /// - Returns: false when there is none.
    func step() throws(SQLiteError) -> Bool {
        let code = unsafe sqlite3_step(statement)
        try database.check(code)
        return code == SQLITE_ROW
    }

    /// Runs from the start to the end and makes ready for the next run.
    func run() throws(SQLiteError) {
        defer { reset() }
        while try step() {}
    }

    /// Makes ready for the next run.
    func reset() { _ = unsafe sqlite3_reset(statement) }

    /// The number in a column, from 0, of the row stepped to.
    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

    /// The bytes in a column, from 0, of the row stepped to.
    func bytes(_ column: Int32) -> [UInt8] {
        let count = Int(unsafe sqlite3_column_bytes(statement, column))
        guard count > 0, let start = unsafe sqlite3_column_blob(statement, column) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
