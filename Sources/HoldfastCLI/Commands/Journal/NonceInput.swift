internal import Journal

/// The nonce that a command is about: its digest, or a file that holds it.
enum NonceInput {
    /// The digest to record.
    ///
    /// A nonce is read, hashed and forgotten; it stands in no argument and in no error.
    static func digest(_ context: CommandContext) throws(CommandFailure) -> String {
        if let digest = context.arguments.text("nonce-digest") { return digest }
        let path = context.arguments.required("nonce-file")
        var source = try InputSource(path, expected: "the nonce", in: context)
        let nonce = withoutFinalNewline(try source.readAll(maximum: InputLimits.nonceByteCount))
        if nonce.isEmpty {
            throw .malformed("\(source.name) holds no nonce; an empty one would match every other empty one")
        }
        return ApprovalJournal.nonceDigest(nonce)
    }

    /// The bytes without one line feed, or carriage return and line feed, at their end.
    static func withoutFinalNewline(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.last == UInt8(ascii: "\n") else { return bytes }
        let line = bytes.dropLast()
        return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
}
