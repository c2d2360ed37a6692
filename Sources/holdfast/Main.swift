internal import FileSystemSeam
internal import HoldfastCLI

/// The program `holdfast`: hands the process's arguments, streams and files to the command line.
@main
enum Main {
    static func main() {
        let code = HoldfastCommand.run(
            arguments: Array(CommandLine.arguments.dropFirst()),
            console: .ofProcess(),
            fileSystem: PosixFileSystem.shared
        )
        Console.exit(code)
    }
}
