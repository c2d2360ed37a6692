internal import HoldfastBench
internal import HoldfastCLI

/// The program `holdfast-bench`: measures Holdfast beside the floor and a peer, in one run.
@main
enum Main {
    static func main() {
        Console.exit(BenchCommand.run(Array(CommandLine.arguments.dropFirst()), .ofProcess()))
    }
}
