import Canonical
import HoldfastBench
import Testing

@Suite("What has changed since an earlier run")
struct ComparisonTests {
    private static func result(_ values: [Double], _ direction: Direction = .cost, floor: Double? = nil) -> LaneResult {
        let lane = Lane("a.lane", "something", unit: "µs", direction, targets: [], growth: .none("made up")) { _ in
            Contest(subject: { 1 })
        }
        return LaneResult(lane, values.map { RoundValues(subject: $0, floor: floor) })
    }

    private static func lines(_ result: LaneResult) throws -> [String: JSONObject] {
        try Comparison.lines(of: JSONValue.object(result.json).canonicalBytes(.jcs) + [0x0A])
    }

    @Test func aChangeBeyondTheNoiseCounts() throws {
        let before = try Self.lines(Self.result([100, 101, 102]))
        #expect(Comparison(Self.result([100, 101, 103]), with: before).verdict == .same)
        #expect(Comparison(Self.result([120, 121, 122]), with: before).verdict == .worse)
        #expect(Comparison(Self.result([80, 81, 82]), with: before).verdict == .better)
    }

    @Test func theSameChangeWithinTheNoiseDoesNot() throws {
        let before = try Self.lines(Self.result([80, 100, 120]))
        #expect(Comparison(Self.result([100, 120, 140]), with: before).verdict == .same)
    }

    @Test func moreIsBetterForRates() throws {
        let before = try Self.lines(Self.result([100], .rate))
        #expect(Comparison(Self.result([120], .rate), with: before).verdict == .better)
        #expect(Comparison(Self.result([80], .rate), with: before).verdict == .worse)
    }

    @Test func ratiosToTheFloorAreWhatIsCompared() throws {
        // The machine is half as fast as before; the ratio is the same.
        let before = try Self.lines(Self.result([100], floor: 50))
        #expect(Comparison(Self.result([200], floor: 100), with: before).verdict == .same)
    }

    @Test func aLaneThatWasNotThereIsNew() {
        let comparison = Comparison(Self.result([1]), with: [:])
        #expect(comparison.verdict == .new)
        #expect(comparison.factor == nil)
    }

    @Test func otherLinesArePassedOver() throws {
        #expect(
            try Comparison.lines(of: Array("[1]\n{\"x\":1}\n{\"lane\":\"l\",\"value\":2}\n".utf8)).keys.sorted() == [
                "l"
            ]
        )
        #expect(throws: JSONError.self) { try Comparison.lines(of: Array("{".utf8)) }
    }
}
