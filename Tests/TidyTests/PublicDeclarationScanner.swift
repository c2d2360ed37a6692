/// The public declarations of a Swift file, and whether each has a documentation comment.
///
/// Works line by line: a declaration must begin a line, which the formatter sees to. Public are what says
/// `public` or `open`, the cases of a public enum, the requirements of a public protocol, and what stands in a
/// `public extension` without saying less.
struct PublicDeclarationScanner {
    /// A public declaration.
    struct Declaration: Equatable {
        /// The line it begins on, counted from 1.
        let line: Int
        /// `struct`, `func`, `case` …
        let keyword: String
        /// Its name, empty where the keyword is the name (`init`, `subscript`).
        let name: String
        let isDocumented: Bool
    }

    private enum Scope { case publicEnum, publicProtocol, publicExtension, other }

    private let source: SourceText
    private var scopes: [Scope] = []
    private var nextScope = Scope.other
    private var found: [Declaration] = []

    /// Every public declaration, in order.
    static func declarations(in source: SourceText) -> [Declaration] {
        var scanner = PublicDeclarationScanner(source)
        return scanner.scan()
    }

    private init(_ source: SourceText) {
        self.source = source
    }

    private mutating func scan() -> [Declaration] {
        for index in source.code.indices {
            visit(index)
            for character in source.code[index] {
                if character == "{" {
                    scopes.append(nextScope)
                    nextScope = .other
                } else if character == "}" {
                    _ = scopes.popLast()
                }
            }
        }
        return found
    }

    private mutating func visit(_ index: Int) {
        guard let match = source.code[index].prefixMatch(of: head) else { return }
        let modifiers = Set(match.output.1.split(separator: " ").map { String($0.prefix { $0 != "(" }) })
        let keyword = String(match.output.2)
        let isPublic = isPublic(keyword, modifiers)
        switch keyword {
        case "enum": nextScope = isPublic ? .publicEnum : .other
        case "protocol": nextScope = isPublic ? .publicProtocol : .other
        case "extension": nextScope = isPublic ? .publicExtension : .other
        case "struct", "class", "actor": nextScope = .other
        default: break
        }
        guard isPublic, keyword != "extension" else { return }
        let name = String(match.output.3 ?? "")
        found.append(
            Declaration(line: index + 1, keyword: keyword, name: name, isDocumented: isDocumented(index))
        )
    }

    private func isPublic(_ keyword: String, _ modifiers: Set<String>) -> Bool {
        if !modifiers.isDisjoint(with: ["public", "open"]) { return true }
        switch scopes.last {
        case .publicEnum: return keyword == "case"
        case .publicProtocol: return true
        case .publicExtension: return modifiers.isDisjoint(with: ["private", "fileprivate", "internal", "package"])
        case .other, nil: return false
        }
    }

    /// Whether a documentation comment stands right above, where attributes may stand between.
    private func isDocumented(_ declaration: Int) -> Bool {
        for index in source.lines.indices[..<declaration].reversed() {
            let line = source.lines[index].drop { $0 == " " }
            if line.hasPrefix("@") { continue }
            return line.hasPrefix("///") || line.hasSuffix("*/")
        }
        return false
    }

    /// Attributes, modifiers (captured), keyword (captured), name (captured where there is one).
    private let head =
        #/\s*(?:@\w+(?:\([^)]*\))?\s+)*((?:(?:public|open|package|internal|fileprivate|private|static|final|class|mutating|nonmutating|consuming|borrowing|indirect|convenience|required|override|lazy|weak|unowned|nonisolated|isolated|dynamic|prefix|postfix|infix|unsafe|async)(?:\([^)]*\))?\s+)*)(class|struct|enum|protocol|actor|extension|func|init|subscript|let|var|typealias|associatedtype|case|macro|operator)\b(?:\s+([^\s(:<{=,]+))?/#
}
