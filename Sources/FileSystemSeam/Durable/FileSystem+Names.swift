/// How much of a name stands in that of a temporary file: 255 bytes less `.`, `.tmp-` and 16 digits.
private let temporaryNameByteMaximum = 233

extension FileSystem {
    /// A name for a temporary file that nobody else thinks of: `.head.json.tmp-`, and 16 random hexadecimal
    /// digits.
    ///
    /// Good for files that stand for long, and where leftovers are told apart by age. Of a name of more than 233 bytes
    /// only the beginning stands in it, in whole characters, so that it is no longer than 255 bytes, which most file
    /// systems take.
    public func temporaryName(for name: String) throws(FileSystemError) -> String {
        var random = [UInt8](repeating: 0, count: 8)
        var span = random.mutableSpan
        try fillRandom(&span)
        var beginning = ""
        for scalar in name.unicodeScalars {
            if beginning.utf8.count + UTF8.width(scalar) > temporaryNameByteMaximum { break }
            beginning.unicodeScalars.append(scalar)
        }
        var result = ".\(beginning).tmp-"
        for byte in random {
            result += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return result
    }
}
