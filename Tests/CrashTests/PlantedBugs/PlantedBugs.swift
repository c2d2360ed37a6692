import CrashTesting
import FileSystemSeam
import Testing

/// The acid test: minimal toy stores, each with one classic bug, and their correct twins. Every bug must be found
/// with the missing act named, and on no twin may anything be flagged.
@Suite struct PlantedBugs {
    @Test(arguments: all)
    func theBugIsFoundAndTheTwinIsClean(_ bug: PlantedBug) throws {
        let found = try bug.explore(true)
        #expect(!found.isClean, "\(bug) was not found")
        #expect(Set(found.findings.map(\.missing)) == bug.missing, "\(bug):\n\(found)")
        if let says = bug.says {
            let isSaid = found.findings.contains { $0.description.contains(says) }
            #expect(isSaid, "\(bug) should say \"\(says)\":\n\(found)")
        }
        let twin = try bug.explore(false)
        #expect(twin.isClean, "the twin of \(bug) is flagged:\n\(twin)")
        #expect(twin.statistics.mode == "exhaustive")
    }

    /// The model of a bug is the weakest that its twin must live with; the others leave fewer states.
    @Test(arguments: all, [PersistenceModel.ext4Ordered, .xfs])
    func noTwinIsFlaggedUnderAStricterModel(_ bug: PlantedBug, _ model: PersistenceModel) throws {
        var bug = bug
        bug.model = model
        let twin = try bug.explore(false)
        #expect(twin.isClean, "the twin of \(bug) is flagged under \(model):\n\(twin)")
    }

    /// A token names a state of the twin, too, where that makes the same operations; else it may not fit.
    @Test(arguments: all)
    func everyFindingReplaysAndHoldsInTheTwin(_ bug: PlantedBug) throws {
        let found = try bug.explore(true)
        let isSame = try bug.explore(false).operations == found.operations
        #expect(isSame == Self.bugsOfRecoveries.contains(bug.number))
        for finding in found.findings {
            let token = try #require(ReplayToken(finding.token.description))
            #expect(token == finding.token)
            #expect(try bug.replay(true, token) == finding.message)
            do {
                #expect(try bug.replay(false, token) == nil, "\(bug): the twin fails in \(token)")
            } catch CrashTestingError.tokenDoesNotFit {
                // The twin's recovery may make other operations than the one that was crashed.
                #expect(!isSame || !finding.recoverySteps.isEmpty, "\(bug): \(token) does not fit its twin")
            }
        }
    }

    /// Those whose workload is right, or writes other bytes only.
    private static let bugsOfRecoveries: Set = [10, 11, 12, 13, 14, 22, 23, 27, 28, 29]

    @Test func thereAreTwentyNine() {
        #expect((Self.all.map(\.number) + [Self.numberOfTheBugOfProcesses]).sorted() == Array(1...29))
    }

    static let all = names + contents + faults + recoveries

    static let torn = "a checksum or length that exposes a torn write, or writing aside and renaming"
    static let notAtomic = "an atomic step there, or a recovery that understands a state between operations"
}

/// One classic bug.
struct PlantedBug: Sendable, CustomStringConvertible {
    var number: Int
    var title: String
    /// The missing acts that the findings name, each of them and no other: what their reader has to do.
    var missing: Set<String>
    /// What one of them must say beside.
    var says: String?
    var model = PersistenceModel.posixMinimal
    var faults = FaultPlan()
    var toy: @Sendable (_ isBuggy: Bool) -> Toy

    var description: String { "\(number) \(title)" }

    private var explorer: CrashExplorer {
        var explorer = CrashExplorer(model)
        explorer.faults = faults
        return explorer
    }

    func explore(_ isBuggy: Bool) throws -> CrashReport {
        let toy = toy(isBuggy)
        return try explorer.explore(
            prepare: { try toy.prepare($0.openDirectory("/")) },
            workload: { try toy.work($0, $0.openDirectory("/"), $1) },
            recover: { try toy.recover($0, $0.openDirectory("/")) },
            check: toy.check
        )
    }

    func replay(_ isBuggy: Bool, _ token: ReplayToken) throws -> String? {
        let toy = toy(isBuggy)
        return try explorer.replay(
            token,
            prepare: { try toy.prepare($0.openDirectory("/")) },
            workload: { try toy.work($0, $0.openDirectory("/"), $1) },
            recover: { try toy.recover($0, $0.openDirectory("/")) },
            check: toy.check
        )
    }
}

/// A store of a list of small numbers, in as few lines as a bug needs.
struct Toy: Sendable {
    var prepare: @Sendable (any Directory) throws -> Void = { _ in }
    var work: @Sendable (any FileSystem, any Directory, (UInt8) -> Void) throws -> Void
    var recover: @Sendable (any FileSystem, any Directory) throws -> [UInt8]
    var check: @Sendable (_ recovered: [UInt8], _ acknowledged: [UInt8]) throws -> Void

    /// A register: holds the last acknowledged value, or the one being written.
    static let register: @Sendable ([UInt8], [UInt8]) throws -> Void = { recovered, acknowledged in
        let last = acknowledged.last ?? 0
        let value = recovered.last ?? 0
        try CheckFailure.unless(
            value == last || value == last + 1,
            "value \(value) after acknowledging \(acknowledged)"
        )
    }

    /// A log of 1, 2, 3 …: everything acknowledged is there, in order, and at most one more.
    static let log: @Sendable ([UInt8], [UInt8]) throws -> Void = { recovered, acknowledged in
        let all = Array(acknowledged + [(acknowledged.last ?? 0) + 1])
        try CheckFailure.unless(
            recovered == acknowledged || recovered == all,
            "read \(recovered) after acknowledging \(acknowledged)"
        )
    }

    /// A log and how many records it has, both empty.
    static let emptyLogAndCount: @Sendable (any Directory) throws -> Void = {
        try $0.put("log", [])
        try $0.put("count", [0])
    }

    /// Appends 1 and 2 to the log, and counts each.
    static func countedLog(
        syncingCount level: SyncLevel?
    ) -> @Sendable (any FileSystem, any Directory, (UInt8) -> Void) throws -> Void {
        { _, directory, acknowledge in
            let log = try directory.file("log")
            for value in 1...2 as ClosedRange<UInt8> {
                try Record.append(value, to: log)
                try directory.put("count", [value], sync: level)
                acknowledge(value)
            }
        }
    }

    /// A value of 1, durably.
    static let one: @Sendable (any Directory) throws -> Void = {
        try $0.put("value", [1])
        try $0.sync()
    }

    /// Writes an intent to a log of its own, durably, and acknowledges what it leads to.
    static func logging(
        _ entry: UInt8,
        for value: UInt8
    ) -> @Sendable (any FileSystem, any Directory, (UInt8) -> Void) throws -> Void {
        { _, directory, acknowledge in
            try directory.put("tmp", [entry])
            try directory.rename("tmp", to: "log", in: directory, exclusive: false)
            try directory.sync()
            acknowledge(value)
        }
    }

    /// A value that was 1 is 5 once that was acknowledged.
    static let oneToFive: @Sendable ([UInt8], [UInt8]) throws -> Void = { recovered, acknowledged in
        try CheckFailure.unless(
            recovered == [5] || (acknowledged.isEmpty && recovered == [1]),
            "the value is \(recovered)"
        )
    }

    /// Loss is allowed, corruption is not: any prefix of 1, 2, 3 ….
    static let noCorruption: @Sendable ([UInt8], [UInt8]) throws -> Void = { recovered, _ in
        let expected = Array(repeating: 0, count: recovered.count).indices.map { UInt8($0 + 1) }
        try CheckFailure.unless(recovered == expected, "corrupt: read \(recovered)")
    }
}

// MARK: - What toys are made of

struct ToyError: Error, CustomStringConvertible {
    var description: String
}

extension Directory {
    func file(_ name: String, _ options: OpenOptions = [.read, .write, .create]) throws -> any File {
        try open(name, options, permissions: .ownerFile)
    }

    @discardableResult
    func put(_ name: String, _ bytes: [UInt8], at offset: Int64 = 0, sync: SyncLevel? = .data) throws -> any File {
        let file = try file(name)
        try file.writeAll(bytes, offset)
        if let sync { try file.sync(sync) }
        return file
    }

    /// The contents of a file; nil when there is none.
    func contents(_ name: String) throws -> [UInt8]? {
        let file: any File
        do throws(FileSystemError) {
            file = try open(name, [.read], permissions: .ownerFile)
        } catch {
            if error.code == .noEntry { return nil }
            throw error
        }
        var bytes = [UInt8](repeating: 0, count: Int(try file.status().size))
        var span = bytes.mutableSpan
        let count = try file.read(into: &span, at: 0)
        return Array(bytes[0..<count])
    }

    func replace(_ name: String, _ bytes: [UInt8]) throws {
        let file = try file("tmp", [.write, .create, .truncate])
        try file.writeAll(bytes, 0)
        try file.sync(.data)
        try rename("tmp", to: name, in: self, exclusive: false)
        try sync()
    }

    func removeIfThere(_ name: String) throws {
        do throws(FileSystemError) { try remove(name) } catch { if error.code != .noEntry { throw error } }
    }

    func names() throws -> [String] { try entries().map(\.name).sorted() }
}

extension File {
    func writeAll(_ bytes: [UInt8], _ offset: Int64) throws {
        var done = 0
        while done < bytes.count {
            do throws(FileSystemError) {
                done += try write(bytes.span.extracting(done..<bytes.count), at: offset + Int64(done))
            } catch {
                if error.code != .interrupted { throw error }
            }
        }
    }

    func size() throws -> Int64 { try status().size }
}

/// A record of one sector and a half: its number, filler, and a checksum over position and contents at the end.
enum Record {
    static let size = 768

    static func encode(_ value: UInt8, at position: Int = 0) -> [UInt8] {
        let body = [UInt8](repeating: value, count: size - 4)
        return body + checksum(body, position)
    }

    static func checksum(_ bytes: [UInt8], _ position: Int) -> [UInt8] {
        var hash: UInt32 = 0x811C_9DC5 ^ UInt32(position)
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: hash >> UInt32($0)) }
    }

    /// The valid records from the start; stops at the first that is not.
    static func decode(_ bytes: [UInt8]) -> [UInt8] {
        var values: [UInt8] = []
        var start = 0
        while start + size <= bytes.count {
            let record = Array(bytes[start..<start + size])
            if record != encode(record[0], at: values.count) || record[0] == 0 { break }
            values.append(record[0])
            start += size
        }
        return values
    }

    /// Appends a checked record to a log file and makes it durable.
    static func append(_ value: UInt8, to file: any File) throws {
        let end = try file.size()
        try file.writeAll(encode(value, at: Int(end) / size), end)
        try file.sync(.data)
    }
}
