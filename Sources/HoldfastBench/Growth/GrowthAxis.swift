/// Whether a lane is measured over sizes as well, and drawn; every lane says so.
package enum Growth: Sendable {
    /// At these sizes.
    case over(GrowthAxis)
    /// Not at all, and why: a sentence's end, after the lane's name and a colon.
    case none(String)

    /// The sizes; nil when there are none.
    package var axis: GrowthAxis? {
        guard case .over(let axis) = self else { return nil }
        return axis
    }
}

/// What a lane's work may grow with, and at which sizes it is measured.
package struct GrowthAxis: Sendable {
    /// What is counted, in the plural: `records`.
    package let name: String
    /// How many of them, rising.
    package let sizes: [Int]
    /// The unit of the points where it is not the lane's.
    package private(set) var unit: String?
    /// Whether the floor is measured at each size, too.
    package let showsFloor: Bool
    /// Whether a look that is quick leaves the largest out: what a store holds takes time to fill, threads do not.
    package let isScaled: Bool
    /// A point's value in ``unit``, from the lane's and the size; nil where it is measured so.
    private var conversion: (@Sendable (_ value: Double, _ size: Int) -> Double)?

    /// Makes an axis of at least two sizes.
    package init(
        _ name: String,
        _ sizes: [Int],
        unit: String? = nil,
        showsFloor: Bool = true,
        isScaled: Bool = true
    ) {
        precondition(sizes.count > 1 && zip(sizes, sizes.dropFirst()).allSatisfy(<), "sizes rise")
        self.name = name
        self.sizes = sizes
        self.unit = unit
        self.showsFloor = showsFloor
        self.isScaled = isScaled
    }

    /// The same with points in another unit: for work that is proportional to the size, a rate.
    package func inUnit(_ unit: String, _ conversion: @escaping @Sendable (Double, Int) -> Double) -> GrowthAxis {
        var axis = self
        axis.unit = unit
        axis.conversion = conversion
        return axis
    }

    /// A lane's value at a size, in the unit of the points.
    package func converted(_ value: Double, _ size: Int) -> Double { conversion?(value, size) ?? value }

    /// The sizes to measure: when quick those up to a tenth of the largest, but two at least.
    package func sizes(isQuick: Bool) -> [Int] {
        guard isQuick, isScaled, let largest = sizes.last else { return sizes }
        return Array(sizes.prefix(max(2, sizes.count { $0 <= largest / 10 })))
    }

    /// The size at which the lane has its value: `full`, or when quick a tenth of it.
    package func size(_ full: Int, isQuick: Bool) -> Int { isQuick && isScaled ? full / 10 : full }
}

/// What an operation costs at a size, or how much is done in a time.
package struct GrowthPoint: Sendable, Equatable {
    /// How large the store is, or how many work side by side.
    package var size: Int
    /// Holdfast's, in the unit of the axis.
    package var value: Double
    /// The floor's at this size.
    package var floor: Double?

    /// Makes a point.
    package init(size: Int, value: Double, floor: Double? = nil) {
        self.size = size
        self.value = value
        self.floor = floor
    }
}
