import FileSystemSeam
import HoldfastBench
import TestSupport
import Testing

@Suite("Measuring")
struct BenchCommandTests {
    @Test(arguments: [
        [], ["--lane"], ["--lane", "nope", "."], ["--rounds", "4", "."], ["--rounds", "many", "."], ["a", "b"],
        ["--what"],
    ])
    func wrongWordsAreRefused(words: [String]) {
        #expect(throws: BenchArguments.UsageError.self) { try BenchArguments(words) }
    }

    @Test func aPrefixSelectsLanes() throws {
        let arguments = try BenchArguments(["--lane", "digest", "--lane", "canonical.roundtrip", "."])
        let names = arguments.selectedLanes.map(\.name)
        #expect(names == ["canonical.roundtrip", "digest.sha256.600", "digest.blake3.600"])
    }

    @Test func laneNamesAreDistinct() {
        #expect(Set(Lanes.all.map(\.name)).count == Lanes.all.count)
    }

    @Test func everyoneRunsInEveryRoundAndNothingIsLeft() throws {
        final class Calls { var names: [String] = [] }
        let temporary = try TemporaryDirectory()
        let lane = Lane("a.lane", "something", unit: "", .cost, targets: [], growth: .none("made up")) { arena in
            try arena.directory.makeDirectory("left", permissions: .ownerDirectory)
            let calls = Calls()
            return Contest(
                subject: {
                    calls.names.append("subject")
                    return Double(calls.names.count)
                },
                floor: {
                    calls.names.append("floor")
                    return 2
                },
                peer: {
                    calls.names.append("peer")
                    return 4
                }
            )
        }
        let runner = try LaneRunner(in: temporary.path, rounds: 5, isQuick: true, PosixFileSystem.shared)
        let result = try runner.run(lane)
        // A round that does not count, then five; the subject's place changes, so that its values differ.
        #expect(result.value.median > 2)
        #expect(result.floor?.median == 2)
        #expect(result.peer?.median == 4)
        #expect(try PosixFileSystem.shared.openDirectory(temporary.path).entries().isEmpty)
    }
}
