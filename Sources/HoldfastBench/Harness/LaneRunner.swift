package import FileSystemSeam

/// Runs lanes: floor, Holdfast and peer in turn within every round, after one round that does not count.
package struct LaneRunner {
    /// How many rounds count.
    package let rounds: Int
    /// A tenth of the work.
    package let isQuick: Bool
    /// Whether lanes that have an axis are measured at each of its sizes as well.
    package let measuresGrowth: Bool
    /// The `holdfast` that lanes start; nil when none was named.
    package let program: String?
    /// The program that does JSON with Foundation; nil when none was named.
    package let foundation: String?
    private let fileSystem: any FileSystem
    private let root: any Directory
    private let rootPath: String

    /// - Parameter path: an existing directory on the disk to measure; lanes work in directories of their own below it.
    package init(
        in path: String,
        rounds: Int,
        isQuick: Bool,
        measuresGrowth: Bool = false,
        program: String? = nil,
        foundation: String? = nil,
        _ fileSystem: any FileSystem
    ) throws(FileSystemError) {
        self.rounds = rounds
        self.isQuick = isQuick
        self.measuresGrowth = measuresGrowth
        self.program = program
        self.foundation = foundation
        self.fileSystem = fileSystem
        rootPath = path
        root = try fileSystem.openDirectory(path)
    }

    /// Runs one lane and leaves nothing behind.
    package func run(_ lane: Lane) throws -> LaneResult {
        let name = try fileSystem.temporaryName(for: lane.name)
        try root.makeDirectory(name, permissions: .ownerDirectory)
        defer { try? root.removeRecursively(name) }
        let arena = Arena(
            "\(rootPath)/\(name)",
            try root.subdirectory(name),
            fileSystem,
            isQuick: isQuick,
            program: program,
            foundation: foundation
        )
        let contest = try lane.prepare(arena)
        _ = try round(contest, 0)
        var values: [RoundValues] = []
        for number in 1...rounds { values.append(try round(contest, number)) }
        return LaneResult(lane, values, curve: try measuresGrowth ? curve(lane, contest) : nil)
    }

    /// How many rounds of each size count.
    private static let growthRounds = 5

    /// The lane at every size of its axis, in turn within every round, after one round that does not count; nil where
    /// it has no axis.
    private func curve(_ lane: Lane, _ contest: Contest) throws -> GrowthCurve? {
        guard let axis = lane.growth.axis else { return nil }
        guard let atSize = contest.atSize else {
            preconditionFailure("\(lane.name) has an axis, and nobody to run on it")
        }
        let sizes = axis.sizes(isQuick: isQuick)
        let contests = try sizes.map(atSize)
        var values = sizes.map { _ in [RoundValues]() }
        for number in 0...Self.growthRounds {
            for (place, contest) in contests.enumerated() {
                let floor = axis.showsFloor ? try contest.floor?() : nil
                let round = RoundValues(subject: try contest.subject(), floor: floor)
                if number > 0 { values[place].append(round) }
            }
        }
        let points = zip(sizes, values).map { size, rounds in
            func median(_ values: [Double]) -> Double { axis.converted(Statistics(values).median, size) }
            let floors = rounds.compactMap(\.floor)
            return GrowthPoint(
                size: size,
                value: median(rounds.map(\.subject)),
                floor: floors.isEmpty ? nil : median(floors)
            )
        }
        return GrowthCurve(lane: lane.name, axis: axis.name, unit: axis.unit ?? lane.unit, points: points)
    }

    /// One round. Who begins changes from round to round, so that nobody always runs on a warmer machine.
    private func round(_ contest: Contest, _ number: Int) throws -> RoundValues {
        var result = RoundValues(subject: 0)
        for turn in 0..<3 {
            switch (turn + number) % 3 {
            case 0: result.floor = try contest.floor?()
            case 1: result.subject = try contest.subject()
            default: result.peer = try contest.peer?()
            }
        }
        return result
    }
}
