/// Rows with columns that line up. Cells are escaped for the terminal.
struct TextTable {
    /// One column: its heading, whether it holds numbers, which are never cut, and whether it is cut only when all
    /// others gave what they can: a part of an identifier that other commands ask for is worth nothing.
    struct Column {
        var heading: String
        var isNumber = false
        var isCutLast = false
    }

    let columns: [Column]
    private var rows: [[String]] = []

    /// Between columns, in characters.
    private static let gap = 2
    /// No column is made narrower than this to fit a terminal.
    private static let columnMinimum = 8

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row of as many cells as there are columns.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has one cell a column")
        rows.append(cells.map(Printable.escaped))
    }

    /// The lines, with a heading line first when asked. No line ends in a space.
    ///
    /// - Parameter width: the terminal's; texts are cut with an ellipsis, the longest columns first, until a
    ///   line fits or no column can give more. Nil keeps everything.
    func lines(withHeading: Bool, style: TextStyle, width: Int? = nil) -> [String] {
        let headings = columns.map(\.heading)
        let widths = widths(fitting: width)
        let heading = withHeading ? [style.heading(line(headings, widths))] : []
        return heading + rows.map { line($0, widths) }
    }

    /// Whether a terminal of that width gets less than everything.
    func isCut(toFit width: Int?) -> Bool { widths(fitting: width) != widths(fitting: nil) }

    private func widths(fitting width: Int?) -> [Int] {
        var widths = columns.map(\.heading.count)
        for row in rows {
            for (place, cell) in row.enumerated() { widths[place] = max(widths[place], cell.count) }
        }
        guard let width else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * (widths.count - 1) - width
        for isLast in [false, true] {
            let texts = widths.indices.filter { !columns[$0].isNumber && columns[$0].isCutLast == isLast }
            while excess > 0, let widest = texts.max(by: { widths[$0] < widths[$1] }),
                widths[widest] > Self.columnMinimum
            {
                widths[widest] -= 1
                excess -= 1
            }
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        var owed = 0
        for (place, cell) in cells.enumerated() {
            let shown = cell.count > widths[place] ? cell.prefix(widths[place] - 1) + "…" : cell[...]
            let padding = widths[place] - shown.count
            if place > 0 { owed += Self.gap }
            if columns[place].isNumber { owed += padding }
            if !shown.isEmpty {
                line += String(repeating: " ", count: owed) + shown
                owed = 0
            }
            if !columns[place].isNumber { owed += padding }
        }
        return line
    }
}

extension Console {
    /// Prints a table with its headings, as wide as the terminal; what is not for a person's eyes is whole.
    func write(_ table: TextTable) {
        let width = terminal.isOutput ? terminal.columns : nil
        for line in table.lines(withHeading: true, style: outputStyle, width: width) { writeLine(line) }
        guard table.isCut(toFit: width) else { return }
        writeDiagnostic("\(errorStyle.notable("note:")) cut to fit the terminal; --json prints everything")
    }
}
