/// Lays out compact JSON as serde_json's `to_vec_pretty` does: two spaces a level, one member or element a line,
/// `: ` after keys, `[]` and `{}` when empty, no newline at the end.
enum PrettyJSON {
    /// Lays out `compact`, which must be valid JSON without white space.
    static func bytes(fromCompact compact: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(compact.count + compact.count / 4)
        var level = 0
        var position = 0
        func newLine() {
            output.append(UInt8(ascii: "\n"))
            output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
        }
        while position < compact.count {
            let byte = compact[position]
            switch byte {
            case UInt8(ascii: "\""):
                let end = endOfString(compact, from: position)
                output.append(contentsOf: compact[position..<end])
                position = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                output.append(byte)
                let isEmpty = compact[position + 1] == byte + 2
                if isEmpty {
                    output.append(byte + 2)
                    position += 1
                } else {
                    level += 1
                    newLine()
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                level -= 1
                newLine()
                output.append(byte)
            case UInt8(ascii: ","):
                output.append(byte)
                newLine()
            case UInt8(ascii: ":"):
                output.append(contentsOf: ": ".utf8)
            default:
                output.append(byte)
            }
            position += 1
        }
        return output
    }

    private static func endOfString(_ bytes: [UInt8], from quote: Int) -> Int {
        var position = quote + 1
        while bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return position + 1
    }
}
