import CrashTesting
import FileSystemSeam
import LitmusPrograms
import Testing

/// Crashed recoveries against the definition: every closed set of micro-operations of the workload, and over each every
/// closed set of those that the recovery made of it, applied to the disk one by one.
///
/// The recoveries write much of what is there already, since versions with one value are one choice for the explorer.
@Suite struct RepairBruteForceTests {
    @Test(arguments: 0..<30 as Range<UInt64>)
    func everyStateOfACrashedRecoveryIsSeen(_ seed: UInt64) throws {
        let story = Story(seed: seed)
        for model in PersistenceModel.all {
            var seen: Set<String> = []
            let report = try CrashExplorer(model).explore {
                try Story.prepare($0.openDirectory("/"))
            } workload: { (fileSystem, acknowledge: (Int) -> Void) in
                try story.work(fileSystem.openDirectory("/"), acknowledge)
            } recover: {
                try story.recover($0.openDirectory("/"))
            } check: { text, acknowledged in
                seen.insert("\(acknowledged.count): \(text)")
            }
            #expect(report.isClean && report.isExhaustive, "\(report)")
            let expected = try story.allOutcomes(model)
            #expect(
                seen == expected,
                "seed \(seed), \(model): \(seen.symmetricDifference(expected))\n\(report.operations)"
            )
        }
    }

    @Test func whatARecoveryWritesAgainIsNoChoice() throws {
        // Twelve sectors, all written again with what they hold: nothing to tell apart.
        let report = try CrashExplorer().explore {
            try put($0.openDirectory("/"), "a", String(repeating: "A", count: 12 * 512), synced: true)
            try $0.openDirectory("/").sync()
        } workload: { (fileSystem, acknowledge: (Int) -> Void) in
            try fileSystem.openDirectory("/").makeDirectory("x", permissions: .ownerDirectory)
        } recover: { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            let text = try directory.readFile("a", maximumBytes: 1 << 20)
            let file = try directory.open("a", [.read, .write], permissions: .ownerFile)
            try file.writeAll(text, at: 0)
            return text.count
        } check: { count, _ in
            try CheckFailure.unless(count == 12 * 512, "\(count) bytes")
        }
        #expect(report.isClean && report.isExhaustive)
        #expect(report.statistics.recoveryPoints >= 12)
        #expect(report.statistics.states + report.statistics.recognised <= 8, "\(report.statistics)")
    }
}

/// The exception: after a failed sync, what is written again with the same bytes does not need what was written before.
@Suite struct RewrittenAfterFailedSyncTests {
    @Test(arguments: PersistenceModel.all)
    func whatIsWrittenAgainStandsAlone(_ model: PersistenceModel) throws {
        var explorer = CrashExplorer(model)
        explorer.faults = .on(.sync, 1, .error(.inputOutput))
        let sector = [UInt8](repeating: 0x41, count: 512)
        var seen: Set<[UInt8]> = []
        _ = try explorer.explore { _ in
        } workload: { (fileSystem, acknowledge: (Int) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            let file = try directory.open("a", [.read, .write, .create], permissions: .ownerFile)
            try file.writeAll(sector + sector + sector, at: 0)
            try? file.sync(.data)
            try file.writeAll(sector + sector + sector, at: 0)
        } recover: {
            (try? $0.openDirectory("/").readFile("a", maximumBytes: 1 << 20)) ?? []
        } check: { bytes, _ in
            seen.insert(Array(bytes))
        }
        // XFS makes a length durable after the data that it covers.
        #expect(seen.contains(sector + [UInt8](repeating: 0, count: 512) + sector) || model == .xfs)
        #expect(seen.contains(sector + sector + sector))
    }
}

/// A short random workload, and a random recovery after it.
private struct Story {
    private struct Step {
        var kind: Int
        var name: String
        var other: String
        var size: Int
    }

    private var work: [Step] = []
    private var repair: [Step] = []

    init(seed: UInt64) {
        var random = XorShift(seedFromOne: seed)
        func next(_ bound: Int) -> Int { Int(random.next() >> 33) % bound }
        func step() -> Step {
            Step(kind: next(9), name: ["a", "b"][next(2)], other: ["b", "c"][next(2)], size: 300 + next(700))
        }
        for _ in 0..<2 { work.append(step()) }
        // What it holds already, mostly.
        repair = [Step(kind: 9, name: ["a", "b"][next(2)], other: "", size: 0), step()]
        if next(2) == 0 { repair.reverse() }
    }

    static func prepare(_ directory: any Directory) throws {
        try put(directory, "a", String(repeating: "A", count: 1200), synced: true)
        try directory.sync()
    }

    func work(_ directory: any Directory, _ acknowledge: (Int) -> Void) throws {
        for (index, step) in work.enumerated() {
            try? run(step, directory)
            if step.kind == 8 { acknowledge(index) }
        }
    }

    func recover(_ directory: any Directory) throws -> String {
        let found = try describe(directory)
        for step in repair { try? run(step, directory) }
        return try "\(found), then \(describe(directory))"
    }

    // A step that meets a missing or existing name is just not done.
    private func run(_ step: Step, _ directory: any Directory) throws {
        switch step.kind {
        case 0, 1: try put(directory, step.name, String(repeating: "A", count: step.size))
        case 2: try put(directory, step.name, String(repeating: "B", count: step.size / 2), synced: true)
        case 3: try directory.rename(step.name, to: step.other, in: directory, exclusive: false)
        case 4: try directory.remove(step.name)
        case 5: try directory.open(step.name, [.write], permissions: .ownerFile).truncate(to: Int64(step.size - 300))
        case 6: try directory.sync()
        case 7: try directory.link(step.name, to: step.other, in: directory)
        case 9:
            let bytes = try directory.readFile(step.name, maximumBytes: 1 << 20)
            try directory.open(step.name, [.read, .write], permissions: .ownerFile).writeAll(bytes, at: 0)
        default: break
        }
    }

    // MARK: - By definition

    func allOutcomes(_ model: PersistenceModel) throws -> Set<String> {
        let disk = SimDisk(seed: 1)
        try Self.prepare(disk.boot().openDirectory("/"))
        disk.checkpoint()
        try work(disk.boot().openDirectory("/")) { _ in disk.state.acknowledge() }
        var outcomes: Set<String> = []
        var known: [[Int64]: Set<String>] = [:]
        let recorded = RecordedOrder(disk, model)
        try recorded.forEachState { point, subset in
            try recorded.apply(subset, to: disk) {
                // States that hold the same are one.
                let texts = try known[disk.state.baseline] ?? textsOfRecoveries(disk, model)
                known[disk.state.baseline] = texts
                for text in texts { outcomes.insert("\(point.acknowledged): \(text)") }
            }
        }
        return outcomes
    }

    /// What a recovery of the disk as it stands gives, and one after a crash of that.
    private func textsOfRecoveries(_ disk: SimDisk, _ model: PersistenceModel) throws -> Set<String> {
        var texts: Set<String> = [try fresh(disk)]
        let recorded = RecordedOrder(disk, model)
        try recorded.forEachState { _, subset in
            try recorded.apply(subset, to: disk) { _ = texts.insert(try fresh(disk)) }
        }
        return texts
    }

    private func fresh(_ disk: SimDisk) throws -> String {
        disk.state.restart(firstInode: disk.state.nextInode, randomWord: 1, now: SimState.epochStart)
        return try recover(disk.boot().openDirectory("/"))
    }
}
