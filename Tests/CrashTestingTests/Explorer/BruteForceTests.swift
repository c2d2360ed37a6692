import CrashTesting
import FileSystemSeam
import LitmusPrograms
import Testing

/// The lazy exploration against the definition: all subsets of micro-operations that are closed under the order,
/// applied to the disk one by one.
@Suite struct BruteForceTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func everyDownSetAndNothingElseIsSeen(_ seed: UInt64) throws {
        for model in PersistenceModel.all {
            let script = Script(seed: seed &+ 1)
            var seen: Set<String> = []
            let report = try CrashExplorer(model).explore {
                try Script.prepare($0.openDirectory("/"))
            } workload: { (fileSystem, acknowledge: (Int) -> Void) in
                try script.run(fileSystem.openDirectory("/"), acknowledge)
            } recover: {
                try describe($0.openDirectory("/"))
            } check: { text, acknowledged in
                seen.insert("\(acknowledged.count): \(text)")
            }
            #expect(report.isClean, "\(report)")
            let expected = try script.allOutcomes(model)
            #expect(
                seen == expected,
                "seed \(seed), \(model): \(seen.symmetricDifference(expected))\n\(report.operations)"
            )
        }
    }
}

/// A short random workload on two files and a directory.
private struct Script {
    var steps: [(kind: Int, name: String, other: String, size: Int)] = []

    init(seed: UInt64) {
        var word = seed &* 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            word ^= word << 13
            word ^= word >> 7
            word ^= word << 17
            return Int(word >> 33) % bound
        }
        let names = ["a", "b", "c"]
        for _ in 0..<6 { steps.append((next(12), names[next(3)], names[next(3)], 300 + next(900))) }
    }

    static func prepare(_ directory: any Directory) throws {
        try put(directory, "a", String(repeating: "A", count: 700), synced: true)
        try directory.makeDirectory("x", permissions: .ownerDirectory)
        try directory.sync()
    }

    func run(_ directory: any Directory, _ acknowledge: (Int) -> Void) throws {
        let inner = try directory.subdirectory("x")
        for (index, step) in steps.enumerated() {
            // A step that meets a missing or existing name is just not done.
            try? run(step, directory, inner)
            if step.kind == 11 { acknowledge(index) }
        }
    }

    private func run(
        _ step: (kind: Int, name: String, other: String, size: Int),
        _ directory: any Directory,
        _ inner: any Directory
    ) throws {
        switch step.kind {
        case 0, 1: try put(directory, step.name, String(repeating: "W", count: step.size))
        case 2: try put(directory, step.name, String(repeating: "S", count: step.size / 2), synced: true)
        case 3: try directory.rename(step.name, to: step.other, in: directory, exclusive: false)
        case 4: try directory.rename(step.name, to: step.other, in: inner, exclusive: false)
        case 5: try directory.remove(step.name)
        case 6: try directory.open(step.name, [.write], permissions: .ownerFile).truncate(to: Int64(step.size - 300))
        case 7: try directory.link(step.name, to: step.other, in: inner)
        case 8: try directory.sync()
        case 9: try inner.sync()
        case 10: try directory.open(step.name, [.write], permissions: .ownerFile).sync(.barrier)
        default: break
        }
    }

    /// By definition: at each crash point, every closed set of nodes that contains the floor.
    func allOutcomes(_ model: PersistenceModel) throws -> Set<String> {
        let disk = SimDisk(seed: 1)
        try Self.prepare(disk.boot().openDirectory("/"))
        disk.checkpoint()
        try run(disk.boot().openDirectory("/")) { _ in disk.state.acknowledge() }
        let recorded = RecordedOrder(disk, model)
        var outcomes: Set<String> = []
        var texts: [UInt64: String] = [:]
        try recorded.forEachState { point, subset in
            if texts[subset] == nil {
                texts[subset] = try recorded.apply(subset, to: disk) {
                    disk.state.restart(
                        firstInode: disk.state.nextInode,
                        randomWord: 1,
                        now: SimState.epochStart
                    )
                    return try describe(disk.boot().openDirectory("/"))
                }
            }
            outcomes.insert("\(point.acknowledged): \(texts[subset] ?? "")")
        }
        return outcomes
    }
}
