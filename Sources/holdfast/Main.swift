internal import HoldfastCLI

/// The program `holdfast`: hands the process's arguments and streams to the command line.
@main
enum Main {
    static func main() {
        Console.exit(HoldfastCommand.run(words: Console.wordsOfProcess(), console: .ofProcess()))
    }
}
