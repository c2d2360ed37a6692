internal import CrashTesting
internal import FileSystemSeam
internal import Journal

/// How fast the crash explorer recovers and checks distinct states, on one core.
enum CrashLanes {
    static let all = [replace, journal]

    private static let replace = Lane(
        "crash.explore.replace",
        "a store that replaces a small file ten times",
        unit: "states/s",
        .rate,
        targets: [.value(200_000)],
        over: GrowthAxis("replacements", [1, 5, 10, 20], isScaled: false),
        at: 10
    ) { arena, replacements in
        let repetitions = arena.scaled(max(50, 1000 / replacements))
        return Contest(
            subject: {
                var states = 0
                var seconds = 0.0
                for _ in 0..<repetitions {
                    let report = try exploreReplacement(UInt8(replacements))
                    precondition(report.isClean, "the store is correct, the explorer says otherwise")
                    states += report.statistics.states
                    seconds += report.statistics.seconds
                }
                return Double(states) / seconds
            }
        )
    }

    private static func exploreReplacement(_ count: UInt8) throws -> CrashReport {
        try CrashExplorer().explore { (fileSystem, acknowledge: (UInt8) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            for value in 1...count {
                try directory.replaceAtomically(
                    "current",
                    with: [UInt8](repeating: value, count: 600),
                    temporaryName: "current.tmp"
                )
                acknowledge(value)
            }
        } recover: { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            _ = try read("current.tmp", directory)
            return try read("current", directory)
        } check: { bytes, acknowledged in
            let last = acknowledged.last ?? 0
            let value = bytes.first ?? 0
            let isWhole = bytes.isEmpty || bytes.count == 600 && bytes.allSatisfy { $0 == value }
            try CheckFailure.unless(isWhole && (value == last || value == last + 1), "\(value) after \(acknowledged)")
        }
    }

    /// A file's bytes; none when it is not there.
    private static func read(_ name: String, _ directory: any Directory) throws(FileSystemError) -> [UInt8] {
        do throws(FileSystemError) {
            return try directory.readFile(name, maximumBytes: 1000)
        } catch {
            guard error.code == .noEntry else { throw error }
            return []
        }
    }

    private static let journal = Lane(
        "crash.explore.journal",
        "a journal with 8 durable records that gets 4 more",
        unit: "states/s",
        .rate,
        targets: [.value(20_000)],
        over: GrowthAxis("new records", [1, 2, 4, 8], isScaled: false),
        at: 4
    ) { arena, records in
        var explorer = CrashExplorer(.ext4Ordered)
        explorer.runMaximum = arena.scaled(200)
        return Contest(
            subject: {
                let report = try exploreJournal(explorer, newRecords: records)
                precondition(report.isClean, "the journal is correct, the explorer says otherwise")
                return report.statistics.statesPerSecond
            }
        )
    }

    private static func exploreJournal(_ explorer: CrashExplorer, newRecords: Int) throws -> CrashReport {
        let path = "/journal"
        // As much filled ahead as the records need: an empty rest of 16 KiB would be read in every state.
        var options = JournalOptions()
        options.segmentSettings.preallocationByteMinimum = 4096
        options.segmentSettings.preallocationByteMaximum = 4096
        return try explorer.explore { fileSystem in
            let journal = ApprovalJournal(at: path, fileSystem: fileSystem, options: options)
            for number in 1...8 { _ = try journal.reserve(JournalWork.use(number), maximumUses: 1) }
        } workload: { (fileSystem, acknowledge: (Int) -> Void) in
            let journal = ApprovalJournal(at: path, fileSystem: fileSystem, options: options)
            for number in 9...8 + newRecords {
                _ = try journal.reserve(JournalWork.use(number), maximumUses: 1)
                acknowledge(number)
            }
        } recover: { fileSystem in
            let journal = ApprovalJournal(at: path, fileSystem: fileSystem, options: options)
            try journal.create()
            return journal
        } check: { journal, acknowledged in
            let report = try journal.verifyIntegrity()
            let least = UInt64(8 + acknowledged.count)
            try CheckFailure.unless(report.isIntact && report.recordCount >= least, "a record is lost")
        }
    }
}
