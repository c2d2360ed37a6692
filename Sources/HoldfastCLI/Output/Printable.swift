/// Text from anywhere, made safe to show to a person.
///
/// A stored identifier may hold terminal escapes or characters that reverse the reading direction; printed raw,
/// they could hide or fake a line of output.
enum Printable {
    /// The text with everything that is not visible written as `\u{…}`.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The text in double quotes, escaped, and cut when it is longer than `maximum` characters.
    static func quoted(_ text: String, maximum: Int = 80) -> String { "\"\(cut(text, maximum))\"" }

    /// The text escaped, and cut with an ellipsis when it is longer than `maximum` characters.
    static func cut(_ text: String, _ maximum: Int) -> String { escaped(shortened(text, maximum)) }

    /// The text as it is, but cut with an ellipsis when it is longer than `maximum` characters.
    static func shortened(_ text: String, _ maximum: Int) -> String {
        if text.utf8.count <= maximum { return text }
        let head = String(text.unicodeScalars.prefix(maximum + 1))
        guard head.unicodeScalars.count > maximum else { return text }
        return String(head.unicodeScalars.prefix(maximum - 1)) + "…"
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
