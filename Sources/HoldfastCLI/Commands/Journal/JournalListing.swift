internal import Journal

/// Prints records: a table for people, one stored record a line for scripts.
enum JournalListing {
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
        let width = console.terminal.isOutput ? console.terminal.columns : nil
        let table = JournalText.table(records)
        for line in table.lines(withHeading: true, style: console.outputStyle, width: width) {
            console.writeLine(line)
        }
    }
}
