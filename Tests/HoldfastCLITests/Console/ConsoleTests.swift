import FileSystemSeam
import HoldfastCLI
import Testing

@Suite("Results and diagnostics")
struct ConsoleTests {
    @Test func aBrokenPipeEndsQuietly() {
        let streams = BufferedStreams()
        streams.outputFailure = .brokenPipe
        let run = CommandRun(["man"], streams: streams)
        #expect(run.code == .done)
        #expect(run.error.isEmpty)
    }

    @Test func aFullDiskIsAnError() {
        let streams = BufferedStreams()
        streams.outputFailure = .noSpace
        let run = CommandRun(["man"], streams: streams)
        #expect(run.code == .inputOutput)
        #expect(run.error.hasPrefix("error: standard output cannot be written: no space left"))
        #expect(!run.error.contains("recorded"))
    }

    @Test func errorsAreColouredForPeopleOnly() {
        let terminal = Console.Terminal(isError: true)
        #expect(CommandRun(["nope"], terminal: terminal).error.hasPrefix("\u{1B}[1;31merror:\u{1B}[0m "))
        #expect(CommandRun(["nope"], terminal: terminal, refusesColor: true).error.hasPrefix("error: "))
        // A terminal for results says nothing about diagnostics.
        #expect(CommandRun(["nope"], terminal: Console.Terminal(isOutput: true)).error.hasPrefix("error: "))
    }

    @Test(arguments: [
        ("1", nil, true), ("0", nil, true), ("", nil, false), (nil, nil, false), (nil, "dumb", true),
        (nil, "xterm-256color", false),
    ])
    func coloursCanBeRefused(noColor: String?, terminalName: String?, isRefused: Bool) {
        #expect(Console.refusesColor(noColor: noColor, terminalName: terminalName) == isRefused)
    }
}
