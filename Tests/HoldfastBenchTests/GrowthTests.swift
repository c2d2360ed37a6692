import FileSystemSeam
import HoldfastBench
import TestSupport
import Testing

@Suite("Lanes over sizes")
struct GrowthTests {
    private static let axis = GrowthAxis("records", [10, 100, 1000])

    /// A lane whose value is its size, and whose floor is half of it; remembers where it was prepared.
    private static func lane(at size: Int, over axis: GrowthAxis = axis, _ prepared: Condition<[String]>) -> Lane {
        Lane("a.lane", "something", unit: "µs", .cost, floor: "half", targets: [], over: axis, at: size) {
            arena,
            size in
            prepared.withLock { $0.append("\(size)\(arena.scaled(1000) == 1000 ? "" : " with less work")") }
            return Contest(subject: { Double(size) }, floor: { Double(size) / 2 })
        }
    }

    private static func run(_ lane: Lane, isQuick: Bool = false, measuresGrowth: Bool = true) throws -> LaneResult {
        let place = try TemporaryDirectory()
        let system = PosixFileSystem.shared
        return try LaneRunner(in: place.path, rounds: 5, isQuick: isQuick, measuresGrowth: measuresGrowth, system)
            .run(lane)
    }

    @Test func everySizeIsMeasured() throws {
        let prepared = Condition<[String]>([])
        let curve = try #require(try Self.run(Self.lane(at: 100, prepared)).curve)
        let sizes = [10, 100, 1000]
        #expect(curve.points == sizes.map { GrowthPoint(size: $0, value: Double($0), floor: Double($0) / 2) })
        #expect([curve.lane, curve.axis, curve.unit] == ["a.lane", "records", "µs"])
        #expect(prepared.withLock { $0 } == ["100"] + sizes.map { "\($0) with less work" })
    }

    @Test func theLargestIsPreparedOnce() throws {
        let prepared = Condition<[String]>([])
        let curve = try #require(try Self.run(Self.lane(at: 1000, prepared)).curve)
        #expect(curve.points.map(\.size) == [10, 100, 1000])
        #expect(prepared.withLock { $0 } == ["1000", "10 with less work", "100 with less work"])
    }

    @Test func nothingIsMeasuredWhenNobodyDraws() throws {
        let prepared = Condition<[String]>([])
        #expect(try Self.run(Self.lane(at: 10, prepared), measuresGrowth: false).curve == nil)
        #expect(prepared.withLock { $0 } == ["10"])
    }

    @Test func aQuickLookLeavesTheLargestOut() throws {
        let prepared = Condition<[String]>([])
        let result = try Self.run(Self.lane(at: 1000, prepared), isQuick: true)
        #expect(result.value.median == 100)
        #expect(try #require(result.curve).points.map(\.size) == [10, 100])
        #expect(GrowthAxis("threads", [1, 2, 16], isScaled: false).sizes(isQuick: true) == [1, 2, 16])
        #expect(GrowthAxis("records", [1, 1000]).sizes(isQuick: true) == [1, 1000])
    }

    @Test func aPointMayHaveAnotherUnit() throws {
        let axis = GrowthAxis("records", [10, 100], showsFloor: false).inUnit("records/s") { Double($1) / $0 }
        let result = try Self.run(Self.lane(at: 100, over: axis, Condition([])))
        let curve = try #require(result.curve)
        #expect(curve.unit == "records/s")
        #expect(curve.points == [GrowthPoint(size: 10, value: 1), GrowthPoint(size: 100, value: 1)])
        #expect(result.value.median == 100)
    }

    @Test func everyLaneHasSizesOrAReason() {
        for lane in Lanes.all {
            switch lane.growth {
            case .over(let axis): #expect(!axis.name.isEmpty && axis.sizes.count >= 3, "\(lane.name)")
            case .none(let reason): #expect(reason.count > 20 && !reason.hasSuffix("."), "\(lane.name)")
            }
        }
    }
}
