/// Lays out compact JSON as serde_json's `to_vec_pretty` does: two spaces a level, one member or element a line,
/// `: ` after keys, `[]` and `{}` when empty, no newline at the end.
enum PrettyJSON {
    /// Lays out `compact`, which must be valid JSON without white space.
    static func bytes(fromCompact compact: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(compact.count + compact.count / 4)
        layOut(compact) { piece in
            switch piece {
            case .copied(let range): output.append(contentsOf: compact[range])
            case .space: output.append(UInt8(ascii: " "))
            case .newLine(let level):
                output.append(UInt8(ascii: "\n"))
                output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
            }
        }
        return output
    }

    /// How many bytes ``bytes(fromCompact:)`` gives: for a deep tree of many small elements a thousand times as many as
    /// it is given.
    static func byteCount(fromCompact compact: [UInt8]) -> Int {
        var count = 0
        layOut(compact) { piece in
            switch piece {
            case .copied(let range): count += range.count
            case .space: count += 1
            case .newLine(let level): count += 1 + 2 * level
            }
        }
        return count
    }

    private enum Piece {
        /// Bytes that stay as they are.
        case copied(Range<Int>)
        case space
        /// A new line, and two spaces a level.
        case newLine(level: Int)
    }

    private static func layOut(_ compact: [UInt8], _ add: (Piece) -> Void) {
        var level = 0
        var position = 0
        var copied = 0
        func copy(to end: Int) {
            if end > copied { add(.copied(copied..<end)) }
            copied = end
        }
        while position < compact.count {
            let byte = compact[position]
            switch byte {
            case UInt8(ascii: "\""):
                position = endOfString(compact, from: position)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                // The closing one of each is two further.
                let isEmpty = compact[position + 1] == byte + 2
                if isEmpty {
                    position += 1
                } else {
                    level += 1
                    copy(to: position + 1)
                    add(.newLine(level: level))
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                level -= 1
                copy(to: position)
                add(.newLine(level: level))
            case UInt8(ascii: ","):
                copy(to: position + 1)
                add(.newLine(level: level))
            case UInt8(ascii: ":"):
                copy(to: position + 1)
                add(.space)
            default: break
            }
            position += 1
        }
        copy(to: position)
    }

    private static func endOfString(_ bytes: [UInt8], from quote: Int) -> Int {
        var position = quote + 1
        while bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return position + 1
    }
}
