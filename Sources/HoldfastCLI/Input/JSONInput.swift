internal import Canonical

/// JSON texts from files and standard input.
enum JSONInput {
    /// Reads and parses one text.
    ///
    /// - Throws: a failure that names the file and the place in it.
    static func read(
        _ path: String?,
        _ options: JSONOptions,
        in context: CommandContext
    ) throws(CommandFailure) -> JSONDocument {
        var source = try InputSource(path, expected: "one JSON value", in: context)
        let bytes = try source.readAll(maximum: InputLimits.jsonByteCount)
        if bytes.isEmpty {
            throw .malformed("\(source.name) is empty; give one JSON value", code: "malformed_json")
        }
        do throws(JSONError) {
            return try JSONDocument(parsing: bytes, options: options)
        } catch {
            throw .malformed(error, in: source.name)
        }
    }
}
