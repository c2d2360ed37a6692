import CrashTesting
import FileSystemSeam
import Foundation
import Journal
import Testing

/// Takes every sync out of an operation, one at a time: the explorer must notice. What no power cut shows is listed here, with
/// the reason why it is there nevertheless; that nothing shows it is looked at in the long form.
@Suite("Syncs of a journal that are left out")
struct JournalSyncTests {
    /// Something with syncs in it.
    struct Work: Sendable, CustomStringConvertible {
        var description: String
        var format: JournalFormat
        var prepared: Int
        var records: Int
        /// The syncs whose loss a power cut does not show, and why they are there.
        var spare: [String: String] = [:]
    }

    private static let manifest = "a torn manifest is written again; others should find it whole"
    private static let maker = "whoever made the directory may have been killed before the sync"
    private static let head = "a lost head is written again; it is evidence of records that are removed"
    private static let begun = "the sync of the first record covers it, too"

    static let all = [
        Work(
            description: "a new journal's first record",
            format: .segments,
            prepared: 0,
            records: 1,
            spare: [
                "sync 1 journal.json.tmp": manifest, "syncDirectory 2 journal": manifest,
                "sync 2 current.json": head, "syncDirectory 4 heads": head,
                "sync 3 00000000000000000001.jsonl": begun,
            ]
        ),
        Work(
            description: "a segment is sealed",
            format: .segments,
            prepared: 2,
            records: 2,
            spare: ["syncDirectory 1 /journal/..": maker, "sync 2 00000000000000000003.jsonl": begun]
        ),
        Work(
            description: "a new journal's first record",
            format: .jsonRecords,
            prepared: 0,
            records: 1,
            spare: ["sync 2 journal.json.tmp": manifest, "syncDirectory 4 journal": manifest]
        ),
        Work(
            description: "a further record",
            format: .jsonRecords,
            prepared: 1,
            records: 1,
            spare: ["syncDirectory 1 /journal/..": maker, "syncDirectory 2 /journal": maker]
        ),
    ]

    private static let isLong = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] != nil

    private static func prepare(_ fileSystem: any FileSystem, _ work: Work) throws {
        let journal = CrashedJournal.open(fileSystem, CrashedJournal.options(work.format))
        for number in 0..<work.prepared { try CrashedJournal.reserve(journal, "p\(number)") { _ in } }
    }

    private static func run(_ fileSystem: any FileSystem, _ work: Work, _ say: (CrashedJournal.Said) -> Void) throws {
        let journal = CrashedJournal.open(fileSystem, CrashedJournal.options(work.format))
        for number in 1...work.records { try CrashedJournal.reserve(journal, "n\(number)", say) }
    }

    @Test(arguments: all)
    func noneIsLeftOutUnnoticed(work: Work) throws {
        var unnoticed: Set<String> = []
        var tried = 0
        for operation in [FileSystemError.Operation.sync, .syncDirectory] {
            let fileSystem = SimDisk().boot()
            try Self.prepare(fileSystem, work)
            let counter = SyncCounter(operation, fileSystem)
            try Self.run(fileSystem, work) { _ in }
            for (place, name) in counter.names.enumerated() {
                let label = "\(operation.rawValue) \(place + 1) \(name)"
                if !Self.isLong, work.spare[label] != nil { continue }
                tried += 1
                if try Self.explore(work, .on(operation, place + 1, .lyingSync)).isClean { unnoticed.insert(label) }
            }
        }
        #expect(unnoticed == (Self.isLong ? Set(work.spare.keys) : []), "\(work)")
        #expect(tried > 0)
        print("crash: \(work), \(work.format): \(tried) syncs left out, one at a time; \(unnoticed.count) unnoticed")
    }

    private static func explore(_ work: Work, _ faults: FaultPlan) throws -> CrashReport {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.faults = faults
        explorer.depth = 1
        explorer.runMaximum = 1 << 8
        explorer.sampleCount = 50
        explorer.failureMaximum = 1
        explorer.findingMaximum = 1
        return try explorer.explore { fileSystem in
            try prepare(fileSystem, work)
        } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
            try run(fileSystem, work, say)
        } recover: { fileSystem in
            fileSystem
        } check: { fileSystem, said in
            try CrashedJournal.check(fileSystem, CrashedJournal.options(work.format), said)
        }
    }
}

/// Names the files and directories that are synced from now on.
private final class SyncCounter: SimScheduler, @unchecked Sendable {
    private let operation: FileSystemError.Operation
    private(set) var names: [String] = []

    init(_ operation: FileSystemError.Operation, _ fileSystem: SimFS) {
        self.operation = operation
        fileSystem.disk.scheduler = self
    }

    func turn(_ process: SimProcess, _ operation: FileSystemError.Operation, _ name: String) throws(Refusal) {
        if operation == self.operation { names.append(name) }
    }

    func blocked(_ process: SimProcess, canTimeOut: Bool) throws(Refusal) -> Bool { false }
}
