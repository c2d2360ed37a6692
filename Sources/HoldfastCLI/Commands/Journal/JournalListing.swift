internal import Journal

/// Prints records: a table for people, one stored record a line for scripts.
enum JournalListing {
    /// Prints one record for scripts, as it is read: a journal may be larger than memory.
    ///
    /// - Returns: false when nobody takes any more.
    static func showAsJSON(_ record: StoredRecord, _ context: CommandContext) -> Bool {
        context.console.write(record.compactBytes + [UInt8(ascii: "\n")])
        return context.console.outputFailure == nil
    }

    /// Prints a table, whose columns are as wide as the widest of all cells.
    static func showTable(_ records: [StoredRecord], _ context: CommandContext) {
        if !records.isEmpty { context.console.write(JournalText.table(records)) }
    }
}
