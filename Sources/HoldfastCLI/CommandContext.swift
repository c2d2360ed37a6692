internal import FileSystemSeam

/// What a running command has at hand.
package struct CommandContext {
    /// All commands, for those that speak about them.
    let table: CommandTable
    /// What was typed.
    package let arguments: ParsedArguments
    /// Where results and diagnostics go.
    package let console: Console
    /// Where files are.
    let fileSystem: any FileSystem

    /// Whether results are one JSON object.
    var wantsJSON: Bool { arguments.has("json") }
}
