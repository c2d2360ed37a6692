/// Whether less of a quantity is better, or more.
package enum Direction: Sendable {
    /// Times and sizes.
    case cost
    /// Work done in a time.
    case rate
}

/// What a lane has to reach.
package enum Target: Sendable, Equatable {
    /// A cost is at most this many times the floor's, a rate at least this many times.
    case floorRatio(Double)
    /// At least this many times as fast as the peer.
    case peerRatio(Double)
    /// A cost is at most this, a rate at least.
    case value(Double)
}

/// One thing that is measured: what it does, in which unit, against what, and what it has to reach.
package struct Lane: Sendable {
    /// Its name in results, such as `journal.reserve.durable`.
    package let name: String
    /// What is measured, without a full stop.
    package let summary: String
    /// The unit of its value, such as `µs` or `MB/s`.
    package let unit: String
    /// Which way is better.
    package let direction: Direction
    /// What the floor is; nil when there is none.
    package let floorSummary: String?
    /// What the peer is; nil when there is none.
    package let peerSummary: String?
    /// What it has to reach; all of them.
    package let targets: [Target]
    /// Whether it is measured over sizes as well.
    package let growth: Growth
    /// Prepares the contestants in an empty directory of their own.
    package let prepare: @Sendable (Arena) throws -> Contest

    /// Makes a lane. Where it has an axis, its contest says who runs at a size.
    package init(
        _ name: String,
        _ summary: String,
        unit: String,
        _ direction: Direction,
        floor: String? = nil,
        peer: String? = nil,
        targets: [Target],
        growth: Growth,
        prepare: @escaping @Sendable (Arena) throws -> Contest
    ) {
        self.name = name
        self.summary = summary
        self.unit = unit
        self.direction = direction
        floorSummary = floor
        peerSummary = peer
        self.targets = targets
        self.growth = growth
        self.prepare = prepare
    }

    /// Makes a lane that does the same at each size of an axis, and has its value at one of them.
    ///
    /// Each size has a store of its own, but the largest where that is the value's: what takes longest to fill is
    /// filled once, and what the rounds have added matters least there.
    package init(
        _ name: String,
        _ summary: String,
        unit: String,
        _ direction: Direction,
        floor: String? = nil,
        peer: String? = nil,
        targets: [Target],
        over axis: GrowthAxis,
        at size: Int,
        prepare: @escaping @Sendable (Arena, _ size: Int) throws -> Contest
    ) {
        let growth = Growth.over(axis)
        self.init(name, summary, unit: unit, direction, floor: floor, peer: peer, targets: targets, growth: growth) {
            let (arena, size) = ($0, axis.size(size, isQuick: $0.isQuick))
            let largest = axis.sizes(isQuick: arena.isQuick).last
            var contest = try prepare(arena, size)
            contest.atSize = { [contest] other in
                other == size && other == largest ? contest : try prepare(try arena.ofPoint(other), other)
            }
            return contest
        }
    }
}
