import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

/// A journal's place of a test's own, removed at the end, with means to look at it and to damage it.
struct TestJournal: Sendable {
    /// The journal's directory; not made.
    let path: String
    /// The file system that the journals of ``open(_:)`` use.
    let fileSystem: TestFileSystem
    /// The layout that it is made in.
    let format: JournalFormat
    /// The sizes that its segments and its index have.
    let settings: SegmentSettings

    /// 2026-05-01T08:00:00Z
    static let start: Int64 = 1_777_622_400

    init(
        _ format: JournalFormat = .jsonRecords,
        _ settings: SegmentSettings = SegmentSettings(),
        in base: String = TemporaryDirectory.workingDisk
    ) throws {
        self.format = format
        self.settings = settings
        let place = try TemporaryPlace(in: base)
        path = place.path + "/journal"
        // Kept by the file system, and so by every handle that a test still uses.
        fileSystem = TestFileSystem(root: path, place: place)
        fileSystem.setClock(secondsSinceEpoch: Self.start)
    }

    /// A handle of its own on the journal.
    func open(_ options: JournalOptions = JournalOptions(lockTimeoutMilliseconds: 20_000)) -> ApprovalJournal {
        var options = options
        options.format = format
        options.segmentSettings = settings
        return ApprovalJournal(at: path, fileSystem: fileSystem, options: options)
    }

    /// How many records it holds, as a handle that knows nothing says.
    func recordCount() throws -> Int { try open().records().count }

    func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(file)") }

    func bytes(_ file: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: "\(path)/\(file)"))) }

    func text(_ file: String) throws -> String { String(decoding: try bytes(file), as: UTF8.self) }

    /// Writes a file in place, as nobody should.
    func write(_ bytes: some Sequence<UInt8>, to file: String) throws {
        let url = URL(filePath: "\(path)/\(file)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: url)
    }

    func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(file)") }

    func rename(_ file: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: "\(path)/\(file)", toPath: "\(path)/\(other)")
    }

    /// The names in a directory of the journal, sorted.
    func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(directory)").sorted()
    }

    /// The names of the record files, in order.
    func records() throws -> [String] { try names(in: "records") }

    /// The file of one record, by its index.
    func record(_ index: Int) throws -> String {
        let digits = String(index)
        let prefix = String(repeating: "0", count: 10 - digits.count) + digits + "."
        return "records/" + (try #require(try records().first { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }))
    }

    /// Every file with its bytes, and every directory.
    func contents() throws -> [String: [UInt8]] {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        var contents: [String: [UInt8]] = [:]
        for case let name as String in try #require(FileManager.default.enumerator(atPath: path)) {
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isDirectory)
            try #require(exists)
            contents[name] = isDirectory.boolValue ? Array("a directory".utf8) : try bytes(name)
        }
        return contents
    }

    /// Replaces everything by what ``contents()`` gave.
    func restore(_ contents: [String: [UInt8]]) throws {
        try? FileManager.default.removeItem(atPath: path)
        for (name, bytes) in contents where bytes != Array("a directory".utf8) { try write(bytes, to: name) }
    }

    /// The inode number of a file.
    func inode(_ file: String) throws -> UInt64 {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(file)")
        return try #require(attributes[.systemFileNumber] as? UInt64)
    }
}

/// A temporary directory that several may keep alive.
final class TemporaryPlace: Sendable {
    private let directory: TemporaryDirectory

    init(in base: String) throws { directory = try TemporaryDirectory(in: base) }

    var path: String { directory.path }
}

/// A use with everything but what a test is about.
func use(
    _ grant: String = "grant-a",
    nonce: String = "nonce-1",
    id: String = "",
    actor: String = "agent://indexer",
    action: String = "catalog.rebuild",
    subject: String = "urn:catalog:eu/7",
    key: String? = nil,
    maximum: UInt32? = nil,
    expires: String? = nil
) -> ApprovalUse {
    ApprovalUse(
        useID: id,
        grantID: grant,
        grantDigest: "sha256:" + String(repeating: "a", count: 64),
        nonceDigest: digest(nonce),
        actor: actor,
        action: action,
        subject: subject,
        maximumUses: maximum,
        idempotencyKey: key,
        expiresAt: expires
    )
}

/// The digest of a nonce given as text.
func digest(_ nonce: String) -> String { ApprovalJournal.nonceDigest(Array(nonce.utf8)) }

/// A revocation of a grant.
func revocation(of grant: String = "grant-a") -> ApprovalRevocation {
    ApprovalRevocation(
        grantID: grant,
        grantDigest: "sha256:" + String(repeating: "a", count: 64),
        revoker: "human://owner"
    )
}

/// A checkpoint over the first records.
func checkpoint(to index: UInt64) -> JournalCheckpoint {
    JournalCheckpoint(
        fromRecordIndex: 1,
        toRecordIndex: index,
        merkleRoot: "sha256:" + String(repeating: "b", count: 64),
        leafCount: index,
        journalID: "jrn_1"
    )
}

/// The error that a call on a journal threw; nil when it threw none.
func journalError(_ body: () throws -> Void) throws -> JournalError? {
    do {
        try body()
        return nil
    } catch let error as JournalError {
        return error
    }
}
