import CrashTesting
import FileSystemSeam
import Journal

/// Something that a journal does with syncs in it, and what must hold after a power cut.
struct SyncedWork: Sendable, CustomStringConvertible {
    typealias Say = (CrashedJournal.Said) -> Void

    var description: String
    var prepare: @Sendable (any FileSystem) throws -> Void
    var run: @Sendable (any FileSystem, Say) throws -> Void
    var check: @Sendable (any FileSystem, [CrashedJournal.Said]) throws -> Void
    /// The syncs whose loss a power cut does not show, and why they are there.
    var spare: [String: String] = [:]

    init(
        _ description: String,
        _ options: JournalOptions,
        spare: [String: String] = [:],
        prepare: @escaping @Sendable (any FileSystem, JournalOptions) throws -> Void,
        run: @escaping @Sendable (any FileSystem, JournalOptions, Say) throws -> Void,
        check: @escaping @Sendable (any FileSystem, JournalOptions, [CrashedJournal.Said]) throws -> Void =
            CrashedJournal.check
    ) {
        self.description = "\(options.format.rawValue): \(description)"
        self.spare = spare
        self.prepare = { try prepare($0, options) }
        self.run = { try run($0, options, $1) }
        self.check = { try check($0, options, $1) }
    }

    /// Uses that are durable before.
    static func uses(
        _ count: Int
    ) -> @Sendable (_ fileSystem: any FileSystem, _ options: JournalOptions) throws -> Void {
        { fileSystem, options in
            let journal = CrashedJournal.open(fileSystem, options)
            for number in 0..<count { try CrashedJournal.reserve(journal, "p\(number)") { _ in } }
        }
    }

    static let manifest = "a torn manifest is written again; others should find it whole"
    static let maker = "whoever made the directory may have been killed before the sync"
    static let head = "a lost head is written again; it is evidence of records that are removed"
    static let begun = "the sync of the first record covers it, too"
    static let covered = "the directory is synced again before the copy gets its name"
    static let named = "whoever begins a segment syncs its name, and so does the reader"
    static let cache = "an index that is lost is made anew"

    static let all = appends + successors + readers + copies + discards

    private static func appends(
        _ description: String,
        _ format: JournalFormat,
        prepared: Int,
        records: Int,
        spare: [String: String]
    ) -> SyncedWork {
        SyncedWork(description, CrashedJournal.options(format), spare: spare, prepare: uses(prepared)) {
            fileSystem,
            options,
            say in
            let journal = CrashedJournal.open(fileSystem, options)
            for number in 1...records { try CrashedJournal.reserve(journal, "n\(number)", say) }
        }
    }

    private static let appends = [
        appends(
            "a new journal's first record",
            .segments,
            prepared: 0,
            records: 1,
            spare: [
                "sync journal.json.tmp 1": manifest, "syncDirectory journal 1": manifest, "sync current.json 1": head,
                "syncDirectory heads 1": head, "sync …1.jsonl 1": begun,
            ]
        ),
        appends(
            "a segment is sealed",
            .segments,
            prepared: 2,
            records: 2,
            spare: [
                "syncDirectory /journal/.. 1": maker, "sync …3.jsonl 1": begun,
            ]
        ),
        appends(
            "a new journal's first record",
            .jsonRecords,
            prepared: 0,
            records: 1,
            spare: [
                "sync journal.json.tmp 1": manifest, "syncDirectory journal 2": manifest,
            ]
        ),
        appends(
            "a further record",
            .jsonRecords,
            prepared: 1,
            records: 1,
            spare: [
                "syncDirectory /journal/.. 1": maker, "syncDirectory /journal 1": maker,
            ]
        ),
    ]

    // MARK: - What another one left

    private static let successors = JournalFormat.allCases.map(killed) + [tornTail]

    /// A process is killed with its record written and nothing synced; another one is asked for the same, and goes on.
    private static func killed(_ format: JournalFormat) -> SyncedWork {
        var spare = ["syncDirectory /journal/.. 1": maker, "syncDirectory /journal/.. 2": maker]
        switch format {
        case .segments:
            spare["sync …3.jsonl 1"] = begun
            spare["syncDirectory segments 1"] = named
        case .jsonRecords:
            for place in 1...2 { spare["syncDirectory /journal \(place)"] = maker }
            // What the record lacks there is replaced when it is taken over.
            for index in ["by-grant", "by-nonce"] { spare["syncDirectory \(index) 1"] = cache }
        }
        return SyncedWork("a killed process's record", CrashedJournal.options(format), spare: spare, prepare: uses(1)) {
            fileSystem,
            options,
            say in
            let first = try successor(of: fileSystem)
            let isLeft = try CrashedJournal.leavesUnsyncedRecord(first, options, "n1", key: "k1")
            try CheckFailure.unless(isLeft, "the record of the killed process is not there")
            let next = CrashedJournal.open(try successor(of: fileSystem), options)
            try CrashedJournal.reserve(next, "n1", key: "k1", say)
            try CrashedJournal.reserve(next, "n2", say)
        }
    }

    /// More bytes than the next record overwrites stand behind the last one, with a hole as a power cut leaves, and a
    /// line's end in the part that would outlive that record.
    private static let tornTail: SyncedWork = {
        var settings = CrashedJournal.smallSettings
        settings.segmentByteMaximum = 1 << 13
        settings.preallocationByteMinimum = 1 << 12
        settings.preallocationByteMaximum = 1 << 12
        let tail =
            Array(#"{"torn"#.utf8) + [0] + [UInt8](repeating: UInt8(ascii: "x"), count: 1600) + Array("\nyyy".utf8)
        return SyncedWork(
            "a long torn tail",
            CrashedJournal.options(.segments, settings),
            spare: ["syncDirectory /journal/.. 1": maker]
        ) { fileSystem, options in
            try uses(1)(fileSystem, options)
            let segments = try fileSystem.openDirectory("\(CrashedJournal.path)/segments")
            let file = try segments.open("00000000000000000001.jsonl", [.read, .write], permissions: .ownerFile)
            let bytes = try file.readAll(maximumBytes: 1 << 20)
            try file.writeAll(tail, at: Int64((bytes.lastIndex { $0 != 0 } ?? -1) + 1))
        } run: { fileSystem, options, say in
            try CrashedJournal.reserve(CrashedJournal.open(fileSystem, options), "n1", say)
        } check: { fileSystem, options, said in
            try CrashedJournal.check(fileSystem, options, said)
            let quarantine = try? fileSystem.openDirectory("\(CrashedJournal.path)/quarantine")
            let kept = try quarantine?.entries().map(\.name).filter { $0.hasSuffix(".torn") } ?? []
            for name in kept where try quarantine?.readFile(name, maximumBytes: 1 << 16) == tail { return }
            throw CheckFailure("the torn tail is nowhere")
        }
    }()
}
