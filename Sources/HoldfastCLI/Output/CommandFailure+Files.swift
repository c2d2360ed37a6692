internal import Canonical
internal import FileSystemSeam

extension CommandFailure {
    /// A file or directory is not there, or is something else.
    static func missing(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: .missingInput, code: "missing_input", message: message)
    }

    /// Reading or writing failed.
    static func inputOutput(_ message: String, _ error: FileSystemError) -> CommandFailure {
        var failure = CommandFailure(exitCode: .inputOutput, code: "io", message: message)
        failure.fields["operation"] = .string(error.operation.rawValue)
        failure.fields["errno"] = .number(.unsigned(UInt64(error.code.rawValue.magnitude)))
        return failure
    }

    /// A text is not the JSON that is needed.
    static func malformed(_ error: JSONError, in name: String) -> CommandFailure {
        var failure = CommandFailure.malformed("\(name): \(error)", code: "malformed_json")
        failure.fields["byte_offset"] = .integer(error.byteOffset)
        failure.fields["line"] = .integer(error.line)
        failure.fields["column"] = .integer(error.column)
        return failure
    }
}
