/// Breaks text into lines at spaces.
enum TextWrapping {
    /// The words of `text` in lines of at most `width` characters, the first indented by `first`, the others by
    /// `rest`. A word that is longer than a line stands on a line of its own.
    static func lines(_ text: String, width: Int, first: Int = 0, rest: Int? = nil) -> [String] {
        lines(text.split(separator: " ").map(String.init), width: width, first: first, rest: rest ?? first)
    }

    /// The parts, which are not broken, in lines as above.
    static func lines(_ parts: [String], width: Int, first: Int, rest: Int) -> [String] {
        var lines: [String] = []
        var line = String(repeating: " ", count: first)
        var isEmpty = true
        for part in parts {
            if !isEmpty, line.count + 1 + part.count > width {
                lines.append(line)
                line = String(repeating: " ", count: rest)
                isEmpty = true
            }
            line += isEmpty ? part : " " + part
            isEmpty = false
        }
        if !isEmpty { lines.append(line) }
        return lines
    }

    /// Two columns: terms, and what they mean beside them, or below when a term is too long.
    static func definitions(_ rows: [(term: String, meaning: String)], width: Int) -> [String] {
        let indent = 2
        let limit = min(24, width / 3)
        let widest = rows.map(\.term.count).filter { $0 <= limit }.max() ?? 4
        let column = indent + widest + 2
        var lines: [String] = []
        for row in rows {
            let start = String(repeating: " ", count: indent) + row.term
            var meaning = Self.lines(row.meaning, width: width, first: column)
            if row.term.count <= widest, let line = meaning.first {
                meaning[0] = start + String(line.dropFirst(start.count))
            } else {
                meaning.insert(start, at: 0)
            }
            lines += meaning
        }
        return lines
    }
}
