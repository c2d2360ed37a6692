/// The middle of several rounds and how far they lie apart.
///
/// The median and the quartiles, because a busy machine only ever adds time: means and standard deviations
/// would be those of the neighbours.
package struct Statistics: Sendable, Equatable {
    /// Half of the rounds are below, half above.
    package let median: Double
    /// A quarter of the rounds are below.
    package let lowerQuartile: Double
    /// A quarter of the rounds are above.
    package let upperQuartile: Double

    /// - Parameter values: at least one.
    package init(_ values: [Double]) {
        precondition(!values.isEmpty, "nothing was measured")
        let sorted = values.sorted()
        median = Self.quantile(0.5, sorted)
        lowerQuartile = Self.quantile(0.25, sorted)
        upperQuartile = Self.quantile(0.75, sorted)
    }

    /// The distance of the quartiles as a part of the median.
    package var spread: Double { median == 0 ? 0 : (upperQuartile - lowerQuartile) / median }

    /// Between the two values around the place, in proportion.
    private static func quantile(_ share: Double, _ sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}
