import FileSystemSeam
import HoldfastCLI
import Testing

@Suite("The progress of long work")
struct ProgressBarTests {
    private let streams = BufferedStreams()
    private let fileSystem = SimDisk().boot()

    private var error: String { String(decoding: streams.outputs[StandardDescriptor.error] ?? [], as: UTF8.self) }

    private func bar(columns: Int? = nil, isTerminal: Bool = true) -> ProgressBar {
        let terminal = Console.Terminal(isError: isTerminal, columns: columns)
        return ProgressBar("verifying", unit: "records", on: Console(streams: streams, terminal: terminal), fileSystem)
    }

    private func pass(_ milliseconds: UInt64) { fileSystem.sleep(nanoseconds: milliseconds * 1_000_000) }

    @Test func itSaysHowFarHowFastAndHowLong() {
        let bar = bar()
        pass(2000)
        bar.show(WorkProgress(completed: 2500, total: 1_000_000))
        #expect(error == "\rverifying [>         ]   0 %  2 500 of 1 000 000 records, 1 250/s, 13:18 left")
    }

    @Test func somethingElseMayBeCounted() {
        let bar = bar(columns: 120)
        pass(2000)
        bar.show(WorkProgress(completed: 5, total: 20), counting: (12_345, "states"))
        #expect(error == "\rverifying [==>       ]  25 %  5 of 20 records, 12 345 states, 6 172/s, 0:06 left")
    }

    @Test func aFinishedBarHasNoTimeLeft() {
        let bar = bar()
        pass(1000)
        bar.show(WorkProgress(completed: 40, total: 40))
        #expect(error == "\rverifying [==========] 100 %  40 of 40 records, 40/s")
    }

    @Test func withoutATotalThereIsNoBar() {
        let bar = bar()
        pass(500)
        bar.show(WorkProgress(completed: 1000, total: nil))
        #expect(error == "\rverifying 1 000 records, 2 000/s")
    }

    @Test func quickWorkIsSilent() {
        let bar = bar()
        pass(299)
        bar.show(WorkProgress(completed: 1, total: 2))
        bar.clear()
        #expect(error.isEmpty)
    }

    @Test func aPipeSeesNothing() {
        let bar = bar(isTerminal: false)
        pass(5000)
        bar.show(WorkProgress(completed: 1, total: 2))
        bar.clear()
        #expect(error.isEmpty)
    }

    @Test func itIsDrawnTenTimesASecondAtMost() {
        let bar = bar()
        for step in 0..<1000 {
            pass(1)
            bar.show(WorkProgress(completed: UInt64(step), total: 1000))
        }
        #expect(error.count { $0 == "\r" } == 8)
    }

    @Test func theLineFitsTheTerminalAndIsGoneAtTheEnd() {
        let bar = bar(columns: 30)
        pass(400)
        bar.show(WorkProgress(completed: 500, total: 1000))
        #expect(error == "\rverifying [=====>    ]  50 % ")
        bar.clear()
        let blank = String(repeating: " ", count: 29)
        #expect(error == "\rverifying [=====>    ]  50 % \r\(blank)\r")
    }

    /// "0:01 le" could be anything.
    @Test func theTimeLeftIsWholeOrNotThere() {
        let whole = "\rverifying [==>       ]  25 %  5 of 20 records, 12 345 states, 6 172/s, 0:06 left"
        for (columns, expected) in [(whole.count, whole), (whole.count - 1, String(whole.dropLast(11)))] {
            let streams = BufferedStreams()
            let fileSystem = SimDisk().boot()
            let console = Console(streams: streams, terminal: Console.Terminal(isError: true, columns: columns))
            let bar = ProgressBar("verifying", unit: "records", on: console, fileSystem)
            fileSystem.sleep(nanoseconds: 2_000_000_000)
            bar.show(WorkProgress(completed: 5, total: 20), counting: (12_345, "states"))
            #expect(String(decoding: streams.outputs[StandardDescriptor.error] ?? [], as: UTF8.self) == expected)
        }
    }

    @Test func aShorterLineCoversALongerOne() {
        let bar = bar()
        pass(1000)
        bar.show(WorkProgress(completed: 1000, total: nil))
        pass(9000)
        bar.show(WorkProgress(completed: 1001, total: nil))
        #expect(error.hasSuffix("\rverifying 1 001 records, 100/s  "))
    }
}
