/// An axis from 0 to a round number, with a few round numbers between.
package struct ValueScale: Sendable, Equatable {
    /// Where the axis ends.
    package let top: Double
    /// The numbers to name, from 0 to ``top``.
    package let ticks: [Double]

    /// - Parameter largest: what has to fit, with a little room above; positive.
    package init(fitting largest: Double) {
        let needed = largest > 0 && largest.isFinite ? largest * 1.12 : 1
        var magnitude = 1.0
        while magnitude > needed { magnitude /= 10 }
        while magnitude * 10 <= needed { magnitude *= 10 }
        // 3 to 5 steps: of the round numbers the first that needs no more.
        let steps = [0.25, 0.5, 1, 2, 2.5].map { $0 * magnitude }
        let step = steps.first { needed <= 5 * $0 } ?? 2.5 * magnitude
        let count = Int((needed / step).rounded(.up))
        top = Double(count) * step
        ticks = (0...count).map { Double($0) * step }
    }
}
