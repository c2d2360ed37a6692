/// Words as a person would type them into a shell.
package enum ShellWords {
    /// The words after `holdfast` on one line, quoted where a shell needs it.
    package static func line(_ words: [String]) -> String { (["holdfast"] + words.map(quoted)).joined(separator: " ") }

    /// The word in single quotes, unless it is plain. A shell reads the word from it, byte by byte.
    package static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.utf8.allSatisfy(isPlain)
        if isPlain { return word }
        // Code points, not characters: a mark that combines with a quote makes it no other to a shell.
        var result = "'"
        for scalar in word.unicodeScalars {
            if scalar == "'" { result += "'\\''" } else { result.unicodeScalars.append(scalar) }
        }
        return result + "'"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-_./:=@,+%".utf8.contains(byte)
        }
    }

    /// The words in lines of at most `width`, an option kept with its value, joined by backslashes.
    static func lines(_ words: [String], width: Int, indent: Int) -> [String] {
        var parts = ["holdfast"]
        for (place, word) in words.enumerated() {
            let isValue = place > 0 && words[place - 1].hasPrefix("--") && !word.hasPrefix("-")
            if isValue { parts[parts.count - 1] += " " + quoted(word) } else { parts.append(quoted(word)) }
        }
        let lines = TextWrapping.lines(parts, width: width - 2, first: indent, rest: indent + 4)
        return lines.enumerated().map { $0.offset == lines.count - 1 ? $0.element : $0.element + " \\" }
    }
}
