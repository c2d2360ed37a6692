/// Rows with columns that line up. Cells are escaped for the terminal.
struct TextTable {
    /// One column: its heading and whether it holds numbers.
    struct Column {
        var heading: String
        var isNumber = false
    }

    let columns: [Column]
    /// The longest cell, in characters; longer ones are cut with an ellipsis. Nil keeps everything.
    let cellMaximum: Int?
    private var rows: [[String]] = []

    init(_ columns: [Column], cellMaximum: Int?) {
        self.columns = columns
        self.cellMaximum = cellMaximum
    }

    /// Adds a row of as many cells as there are columns.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has one cell a column")
        rows.append(cells.map { if let cellMaximum { Printable.cut($0, cellMaximum) } else { Printable.escaped($0) } })
    }

    /// The lines, with a heading line first when asked. No line ends in a space.
    func lines(withHeading: Bool, style: TextStyle) -> [String] {
        let headings = columns.map(\.heading)
        var widths = headings.map(\.count)
        for row in rows {
            for (place, cell) in row.enumerated() { widths[place] = max(widths[place], cell.count) }
        }
        var lines = withHeading ? [style.heading(line(headings, widths))] : []
        for row in rows { lines.append(line(row, widths)) }
        return lines
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        var owed = 0
        for (place, cell) in cells.enumerated() {
            let padding = widths[place] - cell.count
            if place > 0 { owed += 2 }
            if columns[place].isNumber { owed += padding }
            if !cell.isEmpty {
                line += String(repeating: " ", count: owed) + cell
                owed = 0
            }
            if !columns[place].isNumber { owed += padding }
        }
        return line
    }
}
