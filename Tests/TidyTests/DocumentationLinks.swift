/// What a file's documentation links to with double backticks, and what its code declares, spelled alike: `Journal`,
/// `path`, `open(_:at:)`.
///
/// Works on text: a link has to name something that is declared anywhere, whatever the type. That finds what was
/// renamed or given another parameter.
enum DocumentationLinks {
    /// The links of a file's comments, with the lines they stand on, counted from 1.
    static func links(in source: SourceText) -> [(line: Int, text: String)] {
        source.lines.enumerated().flatMap { offset, line in
            guard line.contains("``"), line.prefixMatch(of: /\s*\/\//) != nil else {
                return [(line: Int, text: String)]()
            }
            return line.matches(of: /``([^`\s]+)``/).map { (offset + 1, String($0.output.1)) }
        }
    }

    /// The names a link consists of, outermost first, without what tells overloads apart: `append(_:)-(Event)`.
    static func names(of link: String) -> [String] {
        let end = link.firstRange(of: "-(")?.lowerBound ?? link.endIndex
        return link[..<end].split(separator: "/").map(String.init)
    }

    /// What a file declares.
    static func declared(in source: SourceText) -> Set<String> {
        let code = source.code.joined(separator: "\n")
        var names: Set<String> = []
        for match in code.matches(of: valueOrType) { names.insert(String(match.output.1)) }
        for match in code.matches(of: cases) {
            for name in match.output.1.split(separator: ",") { names.insert(String(name.drop { $0.isWhitespace })) }
        }
        for match in code.matches(of: callable) {
            let name = String(match.output.1 ?? match.output.2 ?? "init")
            names.insert(name + labels(code[match.range.upperBound...]))
        }
        return names
    }

    /// `(from:_:)` of the parameters whose parenthesis has just been opened.
    private static func labels(_ rest: Substring) -> String {
        var labels = ""
        var parameter = ""
        var depth = 1
        for character in rest {
            if ")]}".contains(character) { depth -= 1 }
            if "([{".contains(character) { depth += 1 }
            guard depth == 0 || (depth == 1 && character == "," && !isWithinAngles(parameter)) else {
                parameter.append(character)
                continue
            }
            if parameter.contains(where: { !$0.isWhitespace }) {
                let label = parameter.prefixMatch(of: /\s*(?:@\w+\s+)*(\w+)(?:\s+\w+)?\s*:/)?.output.1
                labels += "\(label ?? "_"):"
            }
            parameter = ""
            if depth == 0 { break }
        }
        return "(\(labels))"
    }

    /// Whether a comma behind the text would stand between generic arguments.
    private static func isWithinAngles(_ text: String) -> Bool {
        text.count { $0 == "<" } > text.replacing("->", with: "").count { $0 == ">" }
    }

    nonisolated(unsafe) private static let valueOrType =
        /\b(?:struct|class|enum|protocol|actor|typealias|associatedtype|let|var)\s+(?!(?:func|var|let)\s)`?(\w+)/
    nonisolated(unsafe) private static let cases = /\bcase\s+(`?\w+`?(?:,\s+\w+)*)/
    nonisolated(unsafe) private static let callable =
        /(?:\bfunc\s+`?(\w+)`?|\bcase\s+(\w+)|(?:^|\s)init[?!]?)(?:<[^()]*>)?\(/
}
