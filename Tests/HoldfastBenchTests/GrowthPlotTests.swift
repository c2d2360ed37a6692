import Canonical
import HoldfastBench
import Testing

@Suite("Pictures of lanes over sizes")
struct GrowthPlotTests {
    private static let curve = GrowthCurve(
        lane: "a.lane",
        axis: "records",
        unit: "µs",
        points: [GrowthPoint(size: 1000, value: 5, floor: 4), GrowthPoint(size: 10_000, value: 5.5, floor: 4.25)]
    )

    private static func result(_ curve: GrowthCurve?, growth: Growth) -> LaneResult {
        let lane = Lane("a.lane", "something", unit: "µs", .cost, targets: [], growth: growth) { _ in
            Contest(subject: { 1 })
        }
        return LaneResult(lane, [RoundValues(subject: 1)], curve: curve)
    }

    @Test func aPictureHoldsEveryPoint() {
        let svg = GrowthPlot.svg(Self.curve)
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
        for text in [
            "a.lane", "µs", "records", "1 000", "10 000", "5.00", "5.50", "Holdfast", "floor", "0", "2", "4", "6",
        ] {
            #expect(svg.contains(">\(text)</text>"), "\(text)")
        }
        // Two points of each line.
        #expect(svg.matches(of: #/<circle /#).count == 4)
    }

    @Test func aPictureWithoutAFloorHasOneLine() {
        let points = Self.curve.points.map { GrowthPoint(size: $0.size, value: $0.value) }
        let svg = GrowthPlot.svg(GrowthCurve(lane: "a.lane", axis: "records", unit: "µs", points: points))
        #expect(svg.matches(of: #/<circle /#).count == 2)
        #expect(!svg.contains("floor"))
    }

    @Test(
        arguments: [
            (5.5, [0, 2, 4, 6, 8]), (0.9, [0, 0.25, 0.5, 0.75, 1, 1.25]), (1, [0, 0.25, 0.5, 0.75, 1, 1.25]),
            (260_000, [0, 100_000, 200_000, 300_000]), (0, [0, 0.25, 0.5, 0.75, 1]),
        ] as [(Double, [Double])]
    )
    func axesBeginAtZeroAndHaveRoundNumbers(largest: Double, ticks: [Double]) {
        let scale = ValueScale(fitting: largest)
        #expect(scale.ticks.count == ticks.count)
        for (tick, expected) in zip(scale.ticks, ticks) { #expect(abs(tick - expected) <= 1e-9 * scale.top) }
        #expect(scale.top > largest)
    }

    @Test(
        arguments: [(0, "0"), (2, "2"), (2.5, "2.5"), (12.5, "12.5"), (0.25, "0.25"), (1500, "1 500"), (100, "100")]
            as [(Double, String)]
    )
    func roundNumbersAreShort(value: Double, text: String) {
        #expect(ResultTable.short(value) == text)
    }

    @Test func theGalleryTellsWhatIsSeen() {
        let axis = GrowthAxis("records", [1000, 10_000])
        let shown = Self.result(Self.curve, growth: .over(axis))
        let hidden = Self.result(nil, growth: .none("it opens nothing"))
        let section = GrowthGallery.markdown([shown, hidden], in: "plots")
        #expect(section.hasPrefix("## Growth\n\n"))
        #expect(
            section.hasSuffix(
                """


                |  |  |
                | --- | --- |
                | ![a.lane, µs over records: 5.00 (floor 4.00) at 1 000, 5.50 (floor 4.25) at 10 000](plots/a.lane.svg)<br>\
                `a.lane`: 5.00 µs at 1 000 records, 5.50 µs at 10 000, × 1.10 |  |

                Lanes without a picture:

                - `a.lane`: it opens nothing.

                """
            )
        )
    }

    @Test func aResultHoldsThePoints() throws {
        let json = Self.result(Self.curve, growth: .over(GrowthAxis("records", [1000, 10_000]))).json
        #expect(
            try JSONValue.object(try #require(json["growth"]?.object)).canonicalBytes(.jcs)
                == Array(
                    (#"{"over":"records","points":[{"floor":4,"size":1000,"value":5},"#
                        + #"{"floor":4.25,"size":10000,"value":5.5}],"unit":"µs"}"#).utf8
                )
        )
    }
}
