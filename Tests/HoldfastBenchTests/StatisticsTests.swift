import FileSystemSeam
import HoldfastBench
import TestSupport
import Testing

@Suite("Rounds and what they come to")
struct StatisticsTests {
    @Test func theMedianIgnoresOneDisturbedRound() {
        #expect(Statistics([10, 11, 900, 12, 9]).median == 11)
        #expect(Statistics([1, 2, 3, 4]).median == 2.5)
        #expect(Statistics([7]).spread == 0)
    }

    @Test func theSpreadIsThatOfTheQuartiles() {
        let statistics = Statistics([1, 2, 3, 4, 5])
        #expect(statistics.lowerQuartile == 2)
        #expect(statistics.upperQuartile == 4)
        #expect(statistics.spread == 2.0 / 3)
    }

    private static func lane(_ direction: Direction, _ targets: Target...) -> Lane {
        Lane("a.lane", "something", unit: "µs", direction, targets: targets, growth: .none("made up")) { _ in
            Contest(subject: { 1 })
        }
    }

    @Test func ratiosAreThoseOfEachRound() {
        // The third round was disturbed for both; its ratio was not.
        let rounds = [
            RoundValues(subject: 10, floor: 5, peer: 20), RoundValues(subject: 10, floor: 5, peer: 20),
            RoundValues(subject: 100, floor: 50, peer: 200),
        ]
        let result = LaneResult(Self.lane(.cost, .floorRatio(2), .peerRatio(2), .value(10)), rounds)
        #expect(result.floorRatio == 2)
        #expect(result.peerRatio == 2)
        #expect(result.meetsTargets)
    }

    @Test func aRateIsBetterWhenItIsHigher() {
        let rounds = [RoundValues(subject: 10, floor: 20, peer: 5)]
        #expect(LaneResult(Self.lane(.rate, .floorRatio(0.5), .peerRatio(2), .value(10)), rounds).meetsTargets)
        #expect(!LaneResult(Self.lane(.rate, .floorRatio(0.6)), rounds).meetsTargets)
        #expect(!LaneResult(Self.lane(.rate, .peerRatio(2.1)), rounds).meetsTargets)
        #expect(!LaneResult(Self.lane(.rate, .value(11)), rounds).meetsTargets)
    }

    @Test func aTargetWithoutItsFloorIsMissed() {
        let result = LaneResult(Self.lane(.cost, .floorRatio(100)), [RoundValues(subject: 1)])
        #expect(!result.meetsTargets)
    }

    @Test(arguments: [
        (0.0123, "0.012"), (1.2345, "1.23"), (12.345, "12.3"), (123.4, "123"), (1_234_567, "1 234 567"),
        (0.9996, "1.000"), (-0.5, "-0.500"),
    ])
    func numbersAreShort(value: Double, text: String) {
        #expect(ResultTable.number(value) == text)
    }
}
