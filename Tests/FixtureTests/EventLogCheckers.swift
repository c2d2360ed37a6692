internal import Canonical
internal import EventLog
internal import FileSystemSeam
internal import Foundation
internal import TestSupport
internal import Testing

/// Cases with events that another implementation wrote or read.
enum EventLogCheckers {
    /// A whole session in `input/`; `existing-tool.json` has what its writer says of it.
    static func session(_ fixture: FixtureCase) throws {
        let files = try fixture.contents(of: "input")
        let copy = try TemporaryDirectory()
        for (path, bytes) in files { try Data(bytes).write(to: URL(filePath: copy.path).appending(path: path)) }
        let events = try fixture.bytes(of: "input/events.jsonl")
        let answers = try fixture.json("existing-tool.json")
        let expected = try fixture.expectation()

        let log = SessionLog(at: copy.path, fileSystem: PosixFileSystem.shared)
        let contents = try log.readAll()
        #expect(contents.skipped == [])
        #expect(contents.events.map(\.type) == answers["type_tags"]?.array?.compactMap(\.string))
        #expect(UInt64(contents.events.count) == answers["event_count"]?.number?.unsignedValue)
        #expect(UInt64(events.count) == answers["bytes"]?.number?.unsignedValue)
        #expect(Digest(hashing: events).description == (try answers.text("sha256")))
        #expect(Hex.encode(try fixture.bytes(of: "input/events.jsonl.count")) == (try answers.text("count_file_hex")))

        var written: [UInt8] = []
        for stored in contents.events {
            // Once with the text it was read from, once from its members alone.
            #expect(try stored.event.encoded() == stored.bytes)
            let anew = try stored.event.withoutSource.encoded()
            #expect(String(decoding: anew, as: UTF8.self) == String(decoding: stored.bytes, as: UTF8.self))
            written += anew + [UInt8(ascii: "\n")]
        }
        #expect(written == events)

        let report = try log.verify()
        #expect(report.failures == [])
        #expect(report.warnings == [])
        #expect(report.size.nextSequenceNumber == expected["next_sequence_no"]?.number?.unsignedValue)
        try expectSameWhenAppended(contents.events.map(\.event), files, root: try expected.text("merkle_root"))

        let tree = FileTree(root: copy.path)
        #expect(try tree.files(below: "") == files.map(\.path), "files came or went")
        for (path, bytes) in files { #expect(try tree.bytes(of: path) == bytes, "\(path) was changed") }
    }

    /// The same events appended to a new log give the same files.
    private static func expectSameWhenAppended(
        _ events: [SessionEvent],
        _ files: [(path: String, bytes: [UInt8])],
        root: String
    ) throws {
        let place = try TemporaryDirectory()
        let log = SessionLog(at: place.path + "/session", fileSystem: PosixFileSystem.shared)
        for event in events { try log.append(event.withoutSource) }
        let tree = FileTree(root: place.path + "/session")
        #expect(try tree.files(below: "") == files.map(\.path))
        for (path, bytes) in files { #expect(try tree.bytes(of: path) == bytes, "\(path) differs") }
        #expect(try log.seal().merkleRoot == root)
    }

    /// Rows `{line, note, reread}`: a line, and what the other implementation writes when it reads it, or its error.
    /// `kept_nevertheless` in `expected.json` names what it drops and we keep.
    static func facts(_ fixture: FixtureCase) throws {
        let kept = try fixture.expectation()["kept_nevertheless"]?.array?.compactMap(\.string) ?? []
        for row in try fixture.jsonRows(of: "input.jsonl") {
            let note = try row.text("note")
            let line = Array(try row.text("line").utf8)
            guard let accepted = row["reread"]?["ok"]?.string else {
                #expect(throws: EventError.self, "\(note)") { try SessionEvent(parsing: line) }
                continue
            }
            let event = try SessionEvent(parsing: line)
            #expect(try event.encoded() == line, "\(note)")
            let anew = String(decoding: try event.withoutSource.encoded(), as: UTF8.self)
            #expect(anew == (kept.contains(note) ? String(decoding: line, as: UTF8.self) : accepted), "\(note)")
        }
    }
}
