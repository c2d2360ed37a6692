extension FileSystem {
    /// A name for a temporary file that nobody else thinks of: `.head.json.tmp-`, and 16 random hexadecimal
    /// digits.
    ///
    /// Good for files that stand for long, and where leftovers are told apart by age. A name of more than
    /// 233 bytes leaves no room for the rest on most file systems.
    public func temporaryName(for name: String) throws(FileSystemError) -> String {
        var random = [UInt8](repeating: 0, count: 8)
        var span = random.mutableSpan
        try fillRandom(&span)
        var result = ".\(name).tmp-"
        for byte in random {
            result += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return result
    }
}
