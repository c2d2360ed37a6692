internal import HoldfastCLI

/// The program `holdfast`: hands the process's arguments and streams to the command line.
@main
enum Main {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        Console.exit(HoldfastCommand.run(arguments: arguments, console: .ofProcess()))
    }
}
