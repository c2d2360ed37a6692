import Canonical
import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

/// Every byte of a small journal, changed to several values.
///
/// A changed record is noticed at its index, unless the change is one of these, which are no change of what the
/// record says: white space between tokens for other white space, and nothing else (the records of this test hold no
/// escapes and no numbers with a second spelling). That is not assumed: the mutated bytes are parsed and compared.
@Suite("Single changed bytes")
struct MutationTests {
    private func filled() throws -> TestJournal {
        let journal = try TestJournal(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        let handle = journal.open()
        _ = try handle.reserve(use(key: "k"), maximumUses: 1)
        _ = try handle.append(revocation(of: "grant-b"))
        _ = try handle.reserve(use("grant-c", nonce: "nonce-c"), maximumUses: 1)
        return journal
    }

    private static let isLong = runsLongTests

    private static func values(for byte: UInt8) -> Set<UInt8> {
        Set([byte ^ 1, byte ^ 0x20, 0x20, 0x0A, 0x22, 0x30, 0x39, 0x00, 0xFF]).subtracting([byte])
    }

    /// One or two of the values of a byte, others at each place; all of them in a long run.
    private static func values(for byte: UInt8, at place: Int, oneIn count: Int) -> [UInt8] {
        let all = values(for: byte).sorted()
        return all.enumerated().filter { isLong || ($0.offset + place).isMultiple(of: min(count, all.count)) }
            .map(\.element)
    }

    @Test(arguments: [1, 2, 3])
    func ofARecordAreNoticedThere(index: Int) throws {
        let journal = try filled()
        let handle = ApprovalJournal(at: journal.path, fileSystem: PosixFileSystem.shared)
        let file = try journal.record(index)
        let original = try journal.bytes(file)
        let meaning = try JSONDocument(parsing: original).canonicalBytes(.declared)
        var irrelevant: Set<UInt8> = []
        var count = 0
        for place in original.indices {
            for value in Self.values(for: original[place]) {
                var mutated = original
                mutated[place] = value
                let parsed = try? JSONDocument(parsing: mutated).canonicalBytes(.declared)
                // Verifying is slow; a third of the bytes that surely matter will do, in turns.
                if parsed != meaning && !(place + Int(value)).isMultiple(of: 3) { continue }
                count += 1
                try journal.write(mutated, to: file)
                let report = try handle.verifyIntegrity()
                if parsed == meaning {
                    irrelevant.formUnion([original[place], value])
                    #expect(report.isIntact, "byte \(place) is now \(value)")
                } else {
                    #expect(report.failures.map(\.index) == [UInt64(index)], "byte \(place) is now \(value)")
                    let kind = report.failures.first?.kind
                    #expect(kind == .recordTampered || kind == .malformedRecord, "byte \(place) is now \(value)")
                }
            }
        }
        #expect(count > 1000)
        #expect(irrelevant == [0x20, 0x0A])
        try journal.write(original, to: file)
        #expect(try handle.verifyIntegrity().isIntact)
    }

    @Test func ofCachesNeverAllowASecondUse() throws {
        let journal = try filled()
        let contents = try journal.contents()
        let caches = contents.keys.filter { $0.hasPrefix("heads/") || $0.hasPrefix("indexes/") }
            .filter { contents[$0] != Array("a directory".utf8) }.sorted()
        #expect(caches.count == 6)
        let codes: Set<String> = ["uses_exhausted", "missing_record"]
        for file in caches {
            let original = try #require(contents[file])
            for place in original.indices {
                // In the head every sixth will do; an index file is short.
                let share = file.hasPrefix("indexes/") ? 1 : 6
                for value in Self.values(for: original[place], at: place, oneIn: share) {
                    var mutated = original
                    mutated[place] = value
                    try journal.write(mutated, to: file)
                    for (grant, nonce) in [("grant-a", "nonce-1"), ("grant-c", "nonce-c")] {
                        let handle = ApprovalJournal(at: journal.path, fileSystem: journal.fileSystem)
                        let error = try journalError {
                            _ = try handle.reserve(use(grant, nonce: nonce), maximumUses: 1)
                        }
                        #expect(codes.contains(error?.code ?? ""), "\(file) byte \(place) is now \(value)")
                    }
                    #expect(
                        try journalError { _ = try journal.open().reserve(use("grant-b")) } != nil,
                        "\(file) byte \(place) is now \(value)"
                    )
                    #expect(try journal.records().count == 3)
                    // Where it is no evidence of a loss it is mended, or at least harmless.
                    let report = try journal.open().verifyIntegrity()
                    #expect(report.isIntact || report.failures.map(\.kind) == [.missingRecord])
                    for cache in caches { try journal.write(try #require(contents[cache]), to: cache) }
                }
            }
        }
        #expect(try journal.open().verifyIntegrity().warnings == [])
    }

    /// The same of a journal in segments: a line is in declared form, so that no change of a byte is irrelevant.
    @Test func ofASegmentAreNoticedThere() throws {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, in: disk)
        let writer = journal.open()
        _ = try writer.reserve(use(key: "k"), maximumUses: 1)
        _ = try writer.append(revocation(of: "grant-b"))
        _ = try writer.reserve(use("grant-c", nonce: "nonce-c"), maximumUses: 1)
        let handle = ApprovalJournal(at: journal.path, fileSystem: PosixFileSystem.shared)
        let file = "segments/00000000000000000001.jsonl"
        let original = try journal.bytes(file)
        let end = try #require(original.lastIndex(of: UInt8(ascii: "\n")))
        var index: UInt64 = 1
        for place in 0..<(end + 1) {
            for value in Self.values(for: original[place], at: place, oneIn: 3) {
                var mutated = original
                mutated[place] = value
                try journal.write(mutated, to: file)
                let report = try handle.verifyIntegrity()
                #expect(report.failures.map(\.index) == [index], "byte \(place) is now \(value)")
                let kind = try #require(report.failures.first?.kind)
                #expect(
                    [.recordTampered, .malformedRecord, .unknownKind].contains(kind),
                    "byte \(place) is now \(value): \(kind)"
                )
            }
            if original[place] == UInt8(ascii: "\n") { index += 1 }
        }
        // Behind the records nothing but NUL may stand; what does was never acknowledged, and is set aside.
        var mutated = original
        mutated[end + 1] = 1
        try journal.write(mutated, to: file)
        #expect(try handle.verifyIntegrity().isIntact)
        #expect(try journalError { _ = try journal.open().reserve(use(), maximumUses: 1) }?.code == "uses_exhausted")
        #expect(try handle.verifyIntegrity().recordCount == 3)
    }

    @Test func ofAHeadInSegmentsNeverAllowASecondUse() throws {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, .tiny, in: disk)
        let writer = journal.open()
        for number in 0..<5 { _ = try writer.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        let contents = try journal.contents()
        for file in ["heads/current.json", "indexes/watermark.json", "journal.json"] {
            let original = try #require(contents[file])
            for place in original.indices {
                for value in Self.values(for: original[place], at: place, oneIn: 7) {
                    var mutated = original
                    mutated[place] = value
                    try journal.write(mutated, to: file)
                    // What a head says is evidence, or it is none: no record is blamed.
                    if let report = try? journal.open().verifyAll() {
                        #expect(
                            report.isIntact || report.failures.allSatisfy { $0.kind == .missingRecord },
                            "\(file) byte \(place) is now \(value): \(report)"
                        )
                    } else {
                        #expect(file == "journal.json", "\(file) byte \(place) is now \(value)")
                    }
                    let handle = ApprovalJournal(at: journal.path, fileSystem: PosixFileSystem.shared)
                    let code = try journalError {
                        _ = try handle.reserve(use(nonce: "n-\(place % 5)"), maximumUses: 1)
                    }?.code
                    let refusals = ["uses_exhausted", "missing_record", "not_a_journal", "unsupported_format"]
                    #expect(refusals.contains(code ?? "allowed"), "\(file) byte \(place) is now \(value)")
                    try journal.restore(contents)
                }
            }
        }
    }

    /// Parts of files that never got to the disk.
    @Test func cutsOfEveryFileAreSurvived() throws {
        let journal = try filled()
        let contents = try journal.contents()
        for (file, original) in contents where original != Array("a directory".utf8) && !original.isEmpty {
            for length in stride(from: 0, to: original.count, by: max(1, original.count / 16)) {
                try journal.write(original.prefix(length), to: file)
                let report = try journal.open().verifyIntegrity()
                if file.hasPrefix("records/") {
                    #expect(report.failures.map(\.kind) == [.malformedRecord], "\(file) cut to \(length)")
                } else {
                    #expect(report.isIntact, "\(file) cut to \(length): \(report.failures)")
                    let error = try journalError { _ = try journal.open().reserve(use(), maximumUses: 1) }
                    #expect(error?.code == "uses_exhausted", "\(file) cut to \(length)")
                }
                try journal.restore(contents)
            }
        }
    }
}
