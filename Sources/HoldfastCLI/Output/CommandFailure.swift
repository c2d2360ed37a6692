internal import Canonical

/// Why a command did not do what was asked: the exit code, a stable word for scripts, a sentence with the
/// remedy for people, and what else a script may want to know.
package struct CommandFailure: Error, Sendable {
    /// What the shell sees.
    var exitCode: ExitCode
    /// A stable word in snake_case.
    var code: String
    /// One sentence with the remedy, without the word "error" and safe to print.
    var message: String
    /// Further members of the JSON error, in snake_case.
    var fields: JSONObject = JSONObject()
    /// Shown to people below the message: a short usage.
    var hint: String?

    /// The command line is wrong.
    static func usage(_ message: String, hint: String? = nil) -> CommandFailure {
        CommandFailure(exitCode: .usage, code: "usage", message: message, hint: hint)
    }

    /// The input is there and malformed.
    static func malformed(_ message: String, code: String = "malformed_input") -> CommandFailure {
        CommandFailure(exitCode: .malformedInput, code: code, message: message)
    }

    /// The error object of the contract: `{"error":{"code":…,"message":…}}`.
    var json: JSONObject {
        var error = fields
        error["code"] = .string(code)
        error["message"] = .string(message)
        return ["error": .object(error)]
    }
}
