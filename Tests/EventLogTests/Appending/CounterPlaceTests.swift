import EventLog
import Foundation
import Testing

/// Something else than a counter stands at its name: what may be more than a cache is not written over.
@Suite("What stands in the counter's place")
struct CounterPlaceTests {
    /// A hard link, by mistake or by malice: what else it is a name of stays as it is.
    @Test(arguments: ["events.jsonl", "events.seal.json", "long", "sixteen", "short", "none"])
    func aHardLinkIsNotWrittenTo(name: String) throws {
        let log = try TestLog()
        try log.open().append((0..<3).map { event("\($0)") })
        _ = try log.open().seal()
        try log.write("precious, and longer than 16 bytes", to: "long")
        try log.write("precious, and 16", to: "sixteen")
        try log.write("precious", to: "short")
        try log.write("", to: "none")
        try log.remove("events.jsonl.count")
        try link(name, to: "events.jsonl.count", log)
        let before = try log.bytes(name)
        if before.count > 16 {
            let expected = name.hasPrefix("events") ? name : "some file"
            let message = try #require(try log.open().verify().warnings.first?.message)
            #expect(message.hasPrefix("events.jsonl.count is another name of \(expected), and no counter"))
        }
        let receipt = try log.open(SessionLogOptions(durability: .every)).append(event("d"))
        #expect(receipt.sequenceNumbers == 3..<4 && receipt.isCounterWritten)
        #expect(try log.bytes(name).starts(with: before))
        #expect(try name == "events.jsonl" || log.bytes(name) == before)
        try log.expectSound(4)
    }

    /// Before the first event the counter is written without having been read.
    @Test(arguments: [EventDurability.none, .every]) func aHardLinkOfNoEventsIsNotWrittenTo(
        durability: EventDurability
    ) throws {
        let log = try TestLog()
        try log.write("")
        try link("events.jsonl", to: "events.jsonl.count", log)
        let handle = log.open(SessionLogOptions(durability: durability))
        for _ in 0..<2 { try handle.append(event()) }
        try log.expectSound(2)
    }

    /// The counter's name stays, and the events become another name of it.
    @Test func eventsThatAreTheCounterAreNotWrittenOver() throws {
        let log = try TestLog()
        let handle = try log.openSettled()
        try log.remove("events.jsonl")
        try link("events.jsonl.count", to: "events.jsonl", log)
        for _ in 0..<2 { try handle.append(event()) }
        try log.expectSound(2)
    }

    /// Somebody renames the events to the counter's name: it is the only one that they have.
    @Test func whatHasNoOtherNameIsMovedAside() throws {
        let log = try TestLog()
        try log.open().append((0..<3).map { event("\($0)") })
        let before = try log.bytes()
        try log.remove("events.jsonl.count")
        try TestLog.move("\(log.path)/events.jsonl", to: "\(log.path)/events.jsonl.count")
        try log.open().append(event())
        let moved = try #require(try log.names().first { $0.hasPrefix("events.jsonl.count.moved-") })
        #expect(try log.bytes(moved) == before)
        try log.expectSound(1)
    }

    private func link(_ name: String, to other: String, _ log: TestLog) throws {
        try FileManager.default.linkItem(atPath: "\(log.path)/\(name)", toPath: "\(log.path)/\(other)")
    }
}
