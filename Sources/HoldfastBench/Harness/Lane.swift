package import FileSystemSeam

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
    /// Prepares the contestants in an empty directory of their own.
    package let prepare: @Sendable (Arena) throws -> Contest

    /// Makes a lane.
    package init(
        _ name: String,
        _ summary: String,
        unit: String,
        _ direction: Direction,
        floor: String? = nil,
        peer: String? = nil,
        targets: [Target],
        prepare: @escaping @Sendable (Arena) throws -> Contest
    ) {
        self.name = name
        self.summary = summary
        self.unit = unit
        self.direction = direction
        floorSummary = floor
        peerSummary = peer
        self.targets = targets
        self.prepare = prepare
    }
}

/// Who runs in a lane. Each closure does one round and returns its value in the lane's unit.
package struct Contest {
    /// One round, whose result is in the lane's unit.
    package typealias Round = () throws -> Double

    /// The least that the machine allows; nil when there is no such thing.
    package var floor: Round?
    /// What a user would pick instead.
    package var peer: Round?
    /// Holdfast.
    package var subject: Round
    /// Sizes and costs, when the subject was measured over growing stores.
    package var growth: (() throws -> [GrowthPoint])?

    /// Makes a contest.
    package init(
        subject: @escaping Round,
        floor: Round? = nil,
        peer: Round? = nil,
        growth: (() throws -> [GrowthPoint])? = nil
    ) {
        self.subject = subject
        self.floor = floor
        self.peer = peer
        self.growth = growth
    }
}

/// What an operation costs at a size of the store.
package struct GrowthPoint: Sendable, Equatable {
    /// How much the store holds.
    package var size: Double
    /// The cost in the lane's unit.
    package var cost: Double

    /// Makes a point.
    package init(size: Double, cost: Double) {
        self.size = size
        self.cost = cost
    }
}

/// Where a lane runs: a directory of its own on the disk that is measured, and how much work to do.
package struct Arena {
    /// The lane's own directory, empty.
    package let path: String
    /// The same, opened.
    package let directory: any Directory
    /// Whose files and clock they are.
    package let fileSystem: any FileSystem
    /// A tenth of the work, for a first look.
    package let isQuick: Bool
    /// The `holdfast` that lanes start as a process of its own; nil when none was named.
    package let program: String?
    /// The program that does JSON with Foundation; nil when none was named.
    package let foundation: String?

    /// `full`, or a tenth of it when quick.
    package func scaled(_ full: Int) -> Int { isQuick ? max(1, full / 10) : full }

    /// How many nanoseconds `body` takes.
    package func nanoseconds(_ body: () throws -> Void) rethrows -> Double {
        let start = fileSystem.monotonicClock().nanoseconds
        try body()
        return Double(fileSystem.monotonicClock().nanoseconds - start)
    }

    /// A directory below the arena's own, made.
    package func subdirectory(_ name: String) throws(FileSystemError) -> any Directory {
        try directory.makeDirectory(name, permissions: .ownerDirectory)
        return try directory.subdirectory(name)
    }
}
