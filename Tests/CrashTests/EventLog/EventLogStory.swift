import CrashTesting
import EventLog
import FileSystemSeam

/// What was said to a caller: an event's number, or that a seal stands.
enum LogAnswer: Equatable {
    case appended(number: UInt64, name: String)
    case sealed(eventCount: UInt64)
    case repaired
}

/// A session log under a simulated disk: how it is used, opened after a crash, and what must then hold.
struct EventLogStory: Sendable, CustomStringConvertible {
    static let path = "/session"

    /// What is done, in a few words.
    let description: String
    var durability: EventDurability
    /// What the log holds before, durably.
    var before: [String]
    /// A torn tail behind that.
    var tail: String
    /// Whether what it says must survive a power cut.
    var promises: Bool
    var work: @Sendable (any FileSystem, SessionLog, (LogAnswer) -> Void) throws -> Void

    /// - Parameter promises: whether what it says must survive; when nil, whether it does as a log of this durability
    ///   says.
    init(
        description: String,
        durability: EventDurability,
        before: [String] = [],
        tail: String = "",
        promises: Bool? = nil,
        work: @escaping @Sendable (any FileSystem, SessionLog, (LogAnswer) -> Void) throws -> Void
    ) {
        self.description = description
        self.durability = durability
        self.before = before
        self.tail = tail
        self.promises = promises ?? (durability != .none)
        self.work = work
    }

    /// Names say which number they should get, so that an event at a wrong place shows.
    static func event(_ name: String, padding: Int = 0) -> SessionEvent {
        SessionEvent(
            sessionID: "s",
            eventID: "evt_\(name)",
            timestamp: "t",
            traceID: "t",
            spanID: "s",
            agentID: "a",
            agentInstanceID: "i",
            agentName: name,
            hostID: String(repeating: "h", count: padding),
            kind: .sessionStarted
        )
    }

    static func log(_ fileSystem: any FileSystem, _ durability: EventDurability) -> SessionLog {
        SessionLog(at: path, fileSystem: fileSystem, options: SessionLogOptions(durability: durability))
    }

    /// What stands in the quarantine; nil for what is not finished.
    static func kept(_ fileSystem: any FileSystem) throws -> [[UInt8]?] {
        let directory = try fileSystem.openDirectory(path)
        guard let place = try? directory.subdirectory("quarantine") else { return [] }
        return try place.entries().map { entry in
            guard entry.name.hasSuffix(".torn") else { return nil }
            return try place.readFile(entry.name, maximumBytes: 1 << 16)
        }
    }

    func prepare(_ fileSystem: any FileSystem) throws {
        if before.isEmpty && tail.isEmpty { return }
        let log = Self.log(fileSystem, .every)
        for name in before { try log.append(Self.event(name)) }
        if tail.isEmpty { return }
        let directory = try fileSystem.openDirectory("/").makeDirectories(["session"])
        let file = try directory.open("events.jsonl", [.write, .append, .create], permissions: .ownerFile)
        try file.appendOnce(Array(tail.utf8))
    }

    func workload(_ fileSystem: any FileSystem, _ acknowledge: (LogAnswer) -> Void) throws {
        try work(fileSystem, Self.log(fileSystem, durability), acknowledge)
    }

    /// Opening repairs what is torn, as the next append would.
    func recover(_ fileSystem: any FileSystem) throws -> RecoveredLog {
        let log = Self.log(fileSystem, .every)
        _ = try log.repair()
        return RecoveredLog(fileSystem: fileSystem, log: log)
    }

    func check(_ recovered: RecoveredLog, _ answers: [LogAnswer]) throws {
        do {
            try recovered.check(answers, self)
        } catch let failure as CheckFailure {
            throw failure
        } catch {
            throw CheckFailure("the recovered log gives no answer: \(error)")
        }
    }
}

/// A log that was opened after a crash, and its promises.
struct RecoveredLog {
    let fileSystem: any FileSystem
    let log: SessionLog

    func check(_ answers: [LogAnswer], _ story: EventLogStory) throws {
        let found = try log.readAll()
        try checkNumbers(found)
        if found.skipped.contains(where: { $0.reason == .unfinished }) { throw CheckFailure("the tail is still torn") }
        try checkAnswers(answers, found, story)
        for (place, name) in story.before.enumerated() {
            guard found.events.count > place, found.events[place].event.agentName == name else {
                throw CheckFailure("event \(place), which was durable before, is lost")
            }
        }
        try checkTail(story)
        try checkSeal(answers)
        // And it works again: the next event gets a number nobody had, and stands by itself.
        let next = try log.append(EventLogStory.event("next")).sequenceNumbers.lowerBound
        let after = try log.readAll()
        guard after.events.last?.sequenceNumber == next, after.events.last?.event.agentName == "next",
            after.events.count == found.events.count + 1, after.skipped == found.skipped
        else { throw CheckFailure("the next append does not stand by itself") }
        try checkNumbers(after)
        guard after.events.dropLast().allSatisfy({ $0.sequenceNumber < next }) else {
            throw CheckFailure("the number \(next) is given again")
        }
    }

    /// Numbers rise, and each stands on the event that got it.
    private func checkNumbers(_ found: LogContents) throws {
        for (earlier, later) in zip(found.events, found.events.dropFirst())
        where earlier.sequenceNumber >= later.sequenceNumber {
            throw CheckFailure("the number \(later.sequenceNumber) follows \(earlier.sequenceNumber)")
        }
        for stored in found.events where stored.event.agentName != "next" {
            let name = stored.event.agentName
            try CheckFailure.unless(
                name == "e\(stored.sequenceNumber)",
                "\(name) has the number \(stored.sequenceNumber)"
            )
        }
    }

    private func checkAnswers(_ answers: [LogAnswer], _ found: LogContents, _ story: EventLogStory) throws {
        // Without syncs nothing is promised to survive a power cut.
        if !story.promises { return }
        for case .appended(let number, let name) in answers {
            guard let stored = found.events.first(where: { $0.sequenceNumber == number }) else {
                throw CheckFailure("the acknowledged event \(number) is lost")
            }
            try CheckFailure.unless(stored.event.agentName == name, "the event \(number) is another")
        }
    }

    /// What was torn is in the quarantine, byte for byte: it was durable, and nothing durable is deleted.
    private func checkTail(_ story: EventLogStory) throws {
        if story.tail.isEmpty { return }
        let session = try fileSystem.openDirectory(EventLogStory.path)
        let quarantine = try session.subdirectory("quarantine")
        for entry in try quarantine.entries() where entry.name.hasSuffix(".torn") {
            if try quarantine.readFile(entry.name, maximumBytes: 1 << 20) == Array(story.tail.utf8) { return }
        }
        throw CheckFailure("the torn tail is nowhere")
    }

    /// Whatever seal is there fits, and one that was acknowledged is there.
    private func checkSeal(_ answers: [LogAnswer]) throws {
        let report = try log.verify()
        for problem in report.failures {
            switch problem.kind {
            case .sealBroken, .malformedSeal, .sealSignature, .sealUntrusted: throw CheckFailure(problem.message)
            default: continue
            }
        }
        for case .sealed(let count) in answers {
            guard let seal = report.seal, seal.eventCount >= count else { throw CheckFailure("the seal is lost") }
        }
    }
}

extension EventLogStory {
    /// Single appends, each acknowledged by itself.
    static func appends(_ durability: EventDurability, _ count: Int = 3, padding: Int = 0) -> EventLogStory {
        EventLogStory(
            description: "\(count) appends, \(durability), \(padding) bytes more",
            durability: durability
        ) { _, log, acknowledge in
            for number in 0..<count {
                let receipt = try log.append(event("e\(number)", padding: padding))
                acknowledge(.appended(number: receipt.sequenceNumbers.lowerBound, name: "e\(number)"))
            }
        }
    }

    /// A single event, then several in one write.
    static func batch(_ durability: EventDurability) -> EventLogStory {
        EventLogStory(description: "a batch, \(durability)", durability: durability, before: ["e0"]) {
            _,
            log,
            acknowledge in
            let receipt = try log.append([event("e1"), event("e2"), event("e3")])
            for number in receipt.sequenceNumbers { acknowledge(.appended(number: number, name: "e\(number)")) }
        }
    }

    /// An append that finds a torn tail.
    static func appendAfterTear(_ durability: EventDurability) -> EventLogStory {
        EventLogStory(
            description: "an append after a tear, \(durability)",
            durability: durability,
            before: ["e0"],
            tail: #"{"session_id":"s","event_id":"evt_torn"#
        ) { _, log, acknowledge in
            let receipt = try log.append(event("e1"))
            acknowledge(.appended(number: receipt.sequenceNumbers.lowerBound, name: "e1"))
        }
    }

    static let repair = EventLogStory(
        description: "a repair",
        durability: .every,
        before: ["e0"],
        tail: "{\"torn\":\0\0\0"
    ) { _, log, acknowledge in
        if try log.repair() != nil { acknowledge(.repaired) }
    }

    static let sealOnce = EventLogStory(description: "a seal", durability: .none) { _, log, acknowledge in
        try log.append(event("e0"))
        acknowledge(.sealed(eventCount: try log.seal().eventCount))
    }

    /// The second seal replaces the first.
    static let sealTwice = EventLogStory(description: "two seals", durability: .none) { _, log, acknowledge in
        try log.append(event("e0"))
        acknowledge(.sealed(eventCount: try log.seal().eventCount))
        try log.append(event("e1"))
        acknowledge(.sealed(eventCount: try log.seal().eventCount))
    }

    private static func append(_ log: SessionLog, _ names: [String], _ acknowledge: (LogAnswer) -> Void) throws {
        let numbers = try names.map { try log.append(event($0)).sequenceNumbers.lowerBound }
        for (number, name) in zip(numbers, names) { acknowledge(.appended(number: number, name: name)) }
    }

    /// With every second event all are durable.
    static let everyOther = EventLogStory(description: "every other append", durability: .everyEvents(2)) {
        _,
        log,
        acknowledge in
        // Each pair is acknowledged when both are there.
        try append(log, ["e0", "e1"], acknowledge)
        try append(log, ["e2", "e3"], acknowledge)
    }

    /// Nothing is durable before it is asked for.
    static let flush = EventLogStory(description: "flushes", durability: .none, promises: true) { _, log, acknowledge in
        for names in [["e0", "e1"], ["e2"]] {
            try append(log, names) { _ in }
            try log.flush()
            for name in names { acknowledge(.appended(number: UInt64(name.dropFirst()) ?? 0, name: name)) }
        }
    }

    /// One process appends without syncs, and is gone; another one appends behind that, and is acknowledged.
    ///
    /// - Parameter before: whether the log was there, durably, before either.
    static func successor(before: Bool) -> EventLogStory {
        EventLogStory(
            description: "an append after a careless one, \(before ? "in a log" : "in a new log")",
            durability: .every,
            before: before ? ["e0"] : []
        ) { fileSystem, _, acknowledge in
            let first = before ? 1 : 0
            try log(CrashTests.successor(of: fileSystem), .none).append(event("e\(first)"))
            try append(log(CrashTests.successor(of: fileSystem), .every), ["e\(first + 1)"], acknowledge)
        }
    }

    /// What takes part in power cuts without one of its syncs.
    static let synced: [EventLogStory] = [
        .appends(.every, 2), .batch(.every), .repair, .appendAfterTear(.every), .sealOnce, .sealTwice, .everyOther,
        .flush,
        .successor(before: true), .successor(before: false),
    ]
}
