internal import Journal

/// Prints records: a table for people, one stored record a line for scripts.
enum JournalListing {
    /// The longest cell on a terminal, in characters.
    private static let terminalCellMaximum = 40

    static func show(_ records: [StoredRecord], _ context: CommandContext) {
        let console = context.console
        if context.wantsJSON {
            for record in records {
                console.write(record.compactBytes + [UInt8(ascii: "\n")])
                if console.outputFailure != nil { return }
            }
            return
        }
        guard !records.isEmpty else { return }
        let maximum = console.terminal.isOutput ? terminalCellMaximum : nil
        for line in JournalText.table(records, cellMaximum: maximum).lines(
            withHeading: true,
            style: console.outputStyle
        ) {
            console.writeLine(line)
        }
    }
}
