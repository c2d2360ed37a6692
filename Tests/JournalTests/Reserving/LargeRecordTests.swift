import Canonical
import FileSystemSeam
import Foundation
import TestSupport
import Testing

@testable import Journal

/// Records as other tools may write them: with members of their own, and much longer than any that is appended here.
@Suite("Large records")
struct LargeRecordTests {
    private static let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk

    /// A bundle of uses that all have one more member, under right digests.
    ///
    /// - Parameter member: its value, as JSON.
    private func bundle(_ count: Int, member: String) throws -> (JournalBundle, TestJournal) {
        let journal = try TestJournal(.segments, in: Self.disk)
        for number in 0..<count { _ = try journal.open().reserve(use(nonce: "\(number)", id: "use_\(number)")) }
        let parent = String(journal.path[..<(try #require(journal.path.lastIndex(of: "/")))])
        let file = try PosixFileSystem.shared.openDirectory(parent)
            .open("bundle", [.read, .write, .create, .truncate], permissions: .ownerFile)
        try journal.open().export(to: file)
        let bytes = try #require(try file.read(exactly: Int(try file.status().size), at: 0))
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        var renamed: [(old: String, new: String)] = []
        for place in lines.indices.dropFirst() {
            let old = try #require(try JSONValue(parsing: Array(lines[place].utf8))["record_digest"]?.string)
            var line = lines[place].replacing(old, with: "")
            if let previous = renamed.last { line = line.replacing(previous.old, with: previous.new) }
            line = line.replacing("\"created_at\"", with: "\"x\":\(member),\"created_at\"")
            let new = Digest(hashing: Array(line.utf8)).description
            lines[place] = line.replacing("\"record_digest\":\"\"", with: "\"record_digest\":\"\(new)\"")
            renamed.append((old, new))
        }
        let last = try #require(renamed.last)
        lines[0] = lines[0].replacing(last.old, with: last.new)
        try file.truncate(to: 0)
        try file.writeAll(Array((lines.joined(separator: "\n") + "\n").utf8), at: 0)
        let bundle = try JournalBundle(file)
        #expect(try bundle.verify().isIntact)
        return (bundle, journal)
    }

    /// A file of a record is indented: deep in a tree each number takes a line of a thousand spaces. It must not become
    /// one that nobody reads.
    @Test(.timeLimit(.minutes(3))) func recordsTooLargeForJSONRecordsAreRefused() throws {
        let depth = 500
        let tree =
            String(repeating: "[", count: depth) + "0" + String(repeating: ",0", count: 70_000)
            + String(repeating: "]", count: depth)
        let (bundle, source) = try bundle(2, member: tree)
        for format in JournalFormat.allCases {
            let path = "\(source.path)-\(format.rawValue)"
            let journal = ApprovalJournal(
                at: path,
                fileSystem: source.fileSystem,
                options: JournalOptions(format: format)
            )
            switch format {
            case .segments:
                try journal.create(from: bundle)
                #expect(try journal.verifyAll().isIntact)
                let other = path + "-2"
                let error = try journalError { try journal.convert(to: .jsonRecords, at: other) }
                #expect(error?.code == "invalid_argument")
                #expect(!FileManager.default.fileExists(atPath: other))
            case .jsonRecords:
                let error = try #require(try journalError { try journal.create(from: bundle) })
                #expect(error.code == "invalid_argument")
                #expect("\(error)".contains("record 1"), "\(error)")
                #expect(!FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test(arguments: [
        "{}", "[]", "{\"a\":[]}", "{\"a\":{},\"b\":[[],[1,2,[\"x,y:{\\\"\\\\\"]]]}",
        "[[[[0,0],{\"k\":null}],\"\"],true]",
    ])
    func theLengthOfAFileIsKnownBefore(text: String) {
        let compact = Array(text.utf8)
        #expect(PrettyJSON.byteCount(fromCompact: compact) == PrettyJSON.bytes(fromCompact: compact).count)
    }

    /// What is copied is held a few megabytes at a time, however long records are.
    @Test(arguments: JournalFormat.allCases) func largeRecordsAreCopiedAFewAtATime(format: JournalFormat) throws {
        let (bundle, source) = try bundle(6, member: "\"\(String(repeating: "x", count: 600_000))\"")
        let path = source.path + "-2"
        let journal = ApprovalJournal(at: path, fileSystem: source.fileSystem, options: JournalOptions(format: format))
        var told: [UInt64] = []
        try journal.create(from: bundle) { told.append($0.completed) }
        #expect(told.first == 2 && told.last == 6, "\(told)")
        #expect(try journal.verifyAll().isIntact)
    }

    /// The identifier is under no digest, and other tools may write any: what is exported can be read, or is not.
    @Test(arguments: JournalFormat.allCases) func anIdentifierTooLongForABundleIsRefused(format: JournalFormat) throws {
        let journal = try TestJournal(format, in: Self.disk)
        _ = try journal.open().reserve(use())
        var manifest = try #require(try JSONValue(parsing: journal.bytes("journal.json")).object)
        let directory = try PosixFileSystem.shared.openDirectory(journal.path)
        func export(_ id: String, to name: String) throws -> (any File, JournalError?) {
            manifest["journal_id"] = .string(id)
            try journal.write(try JSONValue.object(manifest).canonicalBytes(.jcs), to: "journal.json")
            let file = try directory.open(name, [.read, .write, .create], permissions: .ownerFile)
            return (file, try journalError { try journal.open().export(to: file) })
        }
        let (first, _) = try export("", to: "1")
        let bytes = try #require(try first.read(exactly: Int(try first.status().size), at: 0))
        let line = try #require(bytes.split(separator: UInt8(ascii: "\n")).first)
        // With its line feed the first line then has as many bytes as are read of it.
        let longest = String(repeating: "x", count: (1 << 16) - line.count - 1)
        let (whole, nothing) = try export(longest, to: "2")
        #expect(nothing == nil)
        #expect(try JournalBundle(whole).journalID == longest)
        for id in [longest + "x", String(repeating: "\u{1}", count: 1 << 16)] {
            let (file, error) = try export(id, to: "3")
            #expect(error?.code == "invalid_argument" && "\(error as Any)".contains("journal_id"), "\(error as Any)")
            #expect(try file.status().size == 0)
        }
    }
}
