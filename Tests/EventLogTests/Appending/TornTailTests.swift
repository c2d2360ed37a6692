import EventLog
import FileSystemSeam
import Foundation
import Testing

/// A crash may leave the beginning of a line, or zeros, at the end of the file.
@Suite("Torn tails")
struct TornTailTests {
    static let tails = [
        "{", #"{"session_id":"ssn_1","event_id":"evt_00"#, String(line(2).dropLast()), line(2), "\0", "\0\0\0\0",
        "{\"a\":1\0\0", String(repeating: "\0", count: 5000), String(repeating: "x", count: 70_000), "\r", " ",
    ]

    /// One implementation glued the next event onto the torn one, lost both, and said that all was well.
    @Test(arguments: tails) func tornTailsAreMovedAwayBeforeTheNextAppend(tail: String) throws {
        let log = try TestLog()
        try log.open().append([event("a"), event("b")])
        let whole = try log.bytes()
        try log.append(tail)
        let receipt = try log.open().append(event("c"))
        #expect(receipt.sequenceNumbers == 2..<3)
        #expect(receipt.byteRange.lowerBound == Int64(whole.count))
        try log.expectSound(3)
        #expect(try log.bytes().starts(with: whole))

        let moved = try #require(receipt.quarantined)
        #expect(moved.byteOffset == Int64(whole.count))
        #expect(moved.byteCount == Int64(tail.utf8.count))
        #expect(moved.file.hasPrefix("quarantine/events.jsonl.\(whole.count)-"))
        #expect(try log.bytes(moved.file) == Array(tail.utf8))
        #expect(try log.permissions("quarantine") == "700")
        #expect(try log.permissions(moved.file) == "600")
        #expect(try log.names(in: "quarantine").count == 1)
    }

    @Test func aHandleThatIsOpenSeesThem() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event("a"))
        try log.append("{\"torn")
        #expect(try handle.append(event("b")).quarantined != nil)
        #expect(try handle.append(event("c")).quarantined == nil)
        try log.expectSound(3)
    }

    /// Another process is faster, and appends as many bytes as it has cut off: the disk is not to blame.
    @Test func aTailThatGivesWayToALineOfItsLengthIsNoFault() throws {
        let log = try TestLog()
        try log.open().append(event("a"))
        try log.append(String(repeating: "x", count: try log.bytes().count))
        let calls = CallLog()
        let isFirst = Condition(true)
        calls.setFault { call in
            // That of the quarantine's name; what is to be copied was found before.
            let isDue =
                call.name == .fsync
                && isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
            if isDue { _ = try? log.open().append(event("b")) }
            return nil
        }
        let receipt = try log.open(fileSystem: calls.fileSystem).append(event("c"))
        #expect(receipt.sequenceNumbers == 2..<3 && receipt.quarantined == nil)
        try log.expectSound(3)
    }

    @Test func anEventsFileThatIsNothingElse() throws {
        let log = try TestLog()
        try log.write("{\"torn")
        let receipt = try log.open().append(event("a"))
        #expect(receipt.sequenceNumbers == 0..<1)
        #expect(receipt.quarantined?.byteOffset == 0)
        try log.expectSound(1)
    }

    @Test func severalAtOnePlaceAreAllKept() throws {
        let log = try TestLog()
        try log.open().append(event("a"))
        for tail in ["{\"x", "{\"y", "{\"x"] {
            let whole = try log.bytes()
            try log.append(tail)
            #expect(try log.open().repair()?.byteCount == 3)
            #expect(try log.bytes() == whole)
        }
        // The first and the third are the same bytes at the same place: one file.
        #expect(try log.names(in: "quarantine").count == 2)
    }

    @Test func repairMovesThemWithoutAppending() throws {
        let log = try TestLog()
        try log.open().append([event("a"), event("b")])
        #expect(try log.open().repair() == nil)
        try log.append("{\"torn")
        let moved = try #require(try log.open().repair())
        #expect(try log.bytes(moved.file) == Array("{\"torn".utf8))
        try log.expectSound(2)
        #expect(try log.open().repair() == nil)
    }

    /// What is whole is never cut, whatever stands on it.
    @Test func damageInTheMiddleStays() throws {
        let log = try TestLog()
        let text = line(0) + "\n" + String(repeating: "\0", count: 600) + "\n" + line(2) + "\n"
        try log.write(text)
        let receipt = try log.open().append(event("d"))
        #expect(receipt.sequenceNumbers == 3..<4)
        #expect(receipt.quarantined == nil)
        #expect(try log.bytes().starts(with: Array(text.utf8)))
        #expect(try log.open().readAll().skipped.map(\.line) == [2])
    }

    /// The copy must be on stable storage before the original is cut off, and nothing long happens under the lock.
    @Test func tornTailsAreCopiedDurablyBeforeTheyAreCut() throws {
        let log = try TestLog()
        let calls = CallLog()
        try log.open().append(event("a"))
        try log.append("{\"torn")
        let handle = log.open(fileSystem: calls.fileSystem)
        try handle.append(event("b"))
        let names = calls.names
        let cut = try #require(names.firstIndex(of: "ftruncate"))
        let synced = try #require(names.firstIndex(of: "fdatasync"))
        let renamed = try #require(names.firstIndex(of: "renameat2"))
        let directorySynced = try #require(names[..<cut].lastIndex(of: "fsync"))
        #expect(synced < renamed && renamed < directorySynced && directorySynced < cut)
        // Under the lock, which is taken again, there is no sync.
        let locked = try #require(names[..<cut].lastIndex(of: "flock"))
        #expect(directorySynced < locked)
        #expect(!names[locked...].contains { $0.contains("sync") })
    }

    /// Somebody else repaired it, or wrote on, while it was copied.
    @Test func aTailThatChangedIsNotCut() throws {
        let log = try TestLog()
        try log.open().append(event("a"))
        try log.append("{\"torn")
        let calls = CallLog()
        let isChanged = Condition(false)
        let rest = ",\"x\":1}\n"
        calls.setFault { call in
            // After the copy, before the lock is taken again.
            guard call.name == .renameat2 else { return nil }
            isChanged.withLock { isChanged in
                if !isChanged { try? log.append(rest) }
                isChanged = true
            }
            return nil
        }
        let receipt = try log.open(fileSystem: calls.fileSystem).append(event("b"))
        #expect(isChanged.withLock { $0 })
        #expect(receipt.quarantined == nil)
        #expect(receipt.sequenceNumbers == 2..<3)
        #expect(try log.lines()[1] == "{\"torn\(rest.dropLast())")
    }

    @Test func aQuarantineThatCannotBeWrittenStopsTheAppend() throws {
        let log = try TestLog()
        try log.open().append(event("a"))
        try log.append("{\"torn")
        try log.write("a file", to: "quarantine")
        let before = try log.bytes()
        #expect(try eventLogError { try log.open().append(event("b")) }?.code == "io")
        #expect(try log.bytes() == before)
    }

    @Test func readersSayWhereTheyAre() throws {
        let log = try TestLog()
        try log.open().append(event("a"))
        let size = try log.bytes().count
        try log.append("{\"torn")
        let contents = try log.open().readAll()
        #expect(contents.events.count == 1)
        #expect(contents.skipped == [SkippedLine(line: 2, byteOffset: Int64(size), byteCount: 6, reason: .unfinished)])
        #expect(try log.bytes().count == size + 6)
    }
}
