internal import FileSystemSeam

/// What a running command has at hand.
package struct CommandContext {
    /// All commands, for those that speak about them.
    let table: CommandTable
    /// All words after the program's name as they were given, which need be no text.
    let words: [[UInt8]]
    /// What was typed.
    package let arguments: ParsedArguments
    /// Where results and diagnostics go.
    package let console: Console
    /// Where files are.
    let fileSystem: any FileSystem

    /// Whether results are one JSON object.
    var wantsJSON: Bool { arguments.has("json") }
}
