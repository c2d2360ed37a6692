/// The modules a Swift file imports.
enum ImportScanner {
    /// Every imported module with the number of its line, counted from 1.
    ///
    /// Sees attributes, access levels, imports of single declarations and several imports on one line;
    /// `#if` is ignored, so that the imports of every platform are seen on each.
    static func imports(in source: SourceText) -> [(module: String, line: Int)] {
        var found: [(module: String, line: Int)] = []
        for (offset, line) in source.code.enumerated() where line.contains("import") {
            for statement in line.split(separator: ";") {
                if let match = statement.wholeMatch(of: pattern) {
                    found.append((String(match.output.1), offset + 1))
                }
            }
        }
        return found
    }

    private static var pattern: Regex<(Substring, Substring)> {
        #/\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?(\w+)[\w.]*\s*/#
    }
}
