/// A Swift file split in lines, beside the same lines with comments and string contents blanked out, so that
/// a scan for words or braces sees code only.
///
/// Knows nested block comments, raw and multi-line strings and interpolations; not regex literals, in which
/// this package's sources have neither braces nor quotes.
struct SourceText {
    /// The lines as they are written.
    let lines: [Substring]
    /// The same number of lines with blanks for comments and for what stands between quotes.
    let code: [Substring]

    init(_ text: String) {
        var blanker = Blanker(Array(text.utf8))
        let blanked = blanker.blank()
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = blanked.split(separator: "\n", omittingEmptySubsequences: false)
    }
}

private struct Blanker {
    private let bytes: [UInt8]
    private var position = 0
    private var output: [UInt8] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func blank() -> String {
        code(untilParenthesisCloses: false)
        return String(decoding: output, as: UTF8.self)
    }

    private func starts(_ text: String, at offset: Int = 0) -> Bool {
        var index = position + offset
        for byte in text.utf8 {
            guard index < bytes.count, bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private mutating func keep(_ count: Int = 1) {
        output += bytes[position..<(position + count)]
        position += count
    }

    private mutating func hide(_ count: Int = 1) {
        for _ in 0..<count where position < bytes.count {
            output.append(UInt8(ascii: bytes[position] == UInt8(ascii: "\n") ? "\n" : " "))
            position += 1
        }
    }

    /// Copies code; inside an interpolation, up to the parenthesis that closes it.
    private mutating func code(untilParenthesisCloses isInterpolation: Bool) {
        var depth = 0
        while position < bytes.count {
            if starts("//") {
                while position < bytes.count, !starts("\n") { hide() }
            } else if starts("/*") {
                blockComment()
            } else if let pounds = stringStart() {
                string(pounds: pounds)
            } else {
                if starts("(") { depth += 1 }
                if starts(")") {
                    if isInterpolation, depth == 0 { return }
                    depth -= 1
                }
                keep()
            }
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                hide(2)
            } else if starts("*/") {
                depth -= 1
                hide(2)
            } else {
                hide()
            }
        } while depth > 0 && position < bytes.count
    }

    /// How many `#` stand before the quote that begins here; nil when no string begins here.
    private func stringStart() -> Int? {
        var pounds = 0
        while starts("#", at: pounds) { pounds += 1 }
        return starts("\"", at: pounds) ? pounds : nil
    }

    private mutating func string(pounds: Int) {
        let marks = String(repeating: "#", count: pounds)
        hide(pounds)
        let quote = starts("\"\"\"") ? "\"\"\"" : "\""
        keep(quote.utf8.count)
        while position < bytes.count {
            if starts(quote + marks) {
                keep(quote.utf8.count)
                hide(pounds)
                return
            } else if starts("\\\(marks)(") {
                hide(2 + pounds)
                code(untilParenthesisCloses: true)
                hide()
            } else if starts("\\\(marks)") {
                hide(2 + pounds)
            } else {
                hide()
            }
        }
    }
}
