import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

/// A journal of several small segments with records of every kind, and ways to damage it.
struct RandomJournal {
    let journal: TestJournal
    private var random: SplitMix64
    private var spoiler = IndexSpoiler()

    /// - Parameter isClean: whether only what the rules allow is recorded.
    init(seed: UInt64, isClean: Bool, count: Int) throws {
        random = SplitMix64(seed: seed)
        journal = try TestJournal(.segments, .tiny, in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        // So tolerant that clocks may be recorded which verification then objects to.
        let handle = journal.open(JournalOptions(clockToleranceSeconds: isClean ? 300 : 100_000))
        for number in 0..<count {
            _ = try journalError { try step(handle, number, isClean: isClean) }
            if number == count / 2 { try spoiler.spoil(journal, &random) }
        }
    }

    private mutating func step(_ handle: ApprovalJournal, _ number: Int, isClean: Bool) throws {
        let grant = "grant-\(Int.random(in: 0..<6, using: &random))"
        let nonce = "n-\(Int.random(in: 0..<30, using: &random))"
        let time = TestJournal.start + Int64(number) * 30
        journal.fileSystem.setClock(secondsSinceEpoch: time)
        switch Int.random(in: 0..<(isClean ? 14 : 20), using: &random) {
        case 0: _ = try handle.append(revocation(of: isClean ? "gone-\(number)" : grant))
        case 1: _ = try handle.append(checkpoint(to: UInt64(max(1, number / 2))))
        case 2:
            // Not plain text, so that the parser has to read it.
            _ = try handle.reserve(use("\(grant)-é", nonce: nonce, id: "use_\(number)", actor: "agent://\u{1F980}"))
        case 3:
            // Longer than a block.
            let subject = String(repeating: "s", count: 2500)
            _ = try handle.reserve(use(grant, nonce: nonce, id: "use_\(number)", subject: subject))
        case 4, 5: _ = try handle.reserve(use(grant, nonce: nonce, id: "use_\(number)", key: "key-\(number)"))
        case 14: _ = try handle.append(numbered(use(grant, nonce: nonce, id: "use_\(number)", maximum: 1), number % 7))
        case 15: _ = try handle.append(numbered(use(grant, nonce: nonce, id: "use_\(number / 2)"), 1))
        case 16:
            journal.fileSystem.setClock(secondsSinceEpoch: time - Int64.random(in: 0..<2000, using: &random))
            _ = try handle.append(numbered(use(grant, nonce: nonce), 1))
        case 17: _ = try handle.append(numbered(use(grant, nonce: nonce, key: "key-\(number / 3)"), 2))
        default:
            let maximum: UInt32? = [1, 2, 3, nil].randomElement(using: &random) ?? nil
            _ = try handle.reserve(use(grant, nonce: nonce, id: "use_\(number)", maximum: maximum))
        }
    }

    private func numbered(_ use: ApprovalUse, _ number: Int) -> ApprovalUse {
        var use = use
        use.useNumber = UInt32(number)
        return use
    }

    private mutating func segment() throws -> String {
        let names = try journal.names(in: "segments").filter { $0.hasSuffix(".jsonl") }
        return "segments/\(try #require(names.randomElement(using: &random)))"
    }

    /// Damages a part of it.
    mutating func damage() throws {
        let kind = Int.random(in: 0..<12, using: &random)
        switch kind {
        case 0...4:
            let file = try segment()
            var bytes = try journal.bytes(file)
            guard !bytes.isEmpty else { return }
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch kind {
            case 0:
                guard
                    let letter = bytes[(place % 2000 % bytes.count)...].firstIndex(where: { (0x61...0x79).contains($0) }
                    )
                else { return }
                bytes[letter] += 1
            case 1: bytes.removeSubrange(place...)
            case 2: for other in place..<min(place + 600, bytes.count) { bytes[other] = 0 }
            case 3: bytes.insert(contentsOf: Array("not a record\n".utf8), at: place)
            default:
                // A line is gone, or stands twice.
                let lines = bytes.split(separator: UInt8(ascii: "\n"))
                let line = lines[Int.random(in: 0..<lines.count, using: &random)] + [UInt8(ascii: "\n")]
                guard let range = bytes.firstRange(of: line) else { return }
                if place.isMultiple(of: 2) {
                    bytes.removeSubrange(range)
                } else {
                    bytes.insert(contentsOf: line, at: range.lowerBound)
                }
            }
            try journal.write(bytes, to: file)
        case 5: try journal.remove(try segment())
        case 6:
            let number = Int.random(in: 1..<200, using: &random)
            let name = String(repeating: "0", count: 20 - "\(number)".count) + "\(number).jsonl"
            let bytes = try journal.bytes(try segment())
            try journal.write(bytes, to: "segments/\(name)")
        case 7: if journal.exists("indexes") { try journal.remove("indexes") }
        case 8: if journal.exists("heads/current.json") { try journal.remove("heads/current.json") }
        default: for _ in 0..<3 { try spoiler.spoil(journal, &random) }
        }
    }
}

extension TestJournal {
    /// A handle that reads a journal of any size with some threads; 0 to read line by line.
    func open(
        threads: Int,
        blockByteCount: Int = 1000,
        auditByteMaximum: Int = 6000,
        chunkRecordMaximum: UInt64 = 20
    ) -> ApprovalJournal {
        var options = JournalOptions()
        options.segmentSettings = settings
        options.segmentSettings.parallelByteMinimum = threads == 0 ? .max : 0
        options.segmentSettings.blockByteCount = blockByteCount
        options.segmentSettings.threadMaximum = threads
        options.segmentSettings.auditByteMaximum = auditByteMaximum
        options.segmentSettings.chunkRecordMaximum = chunkRecordMaximum
        return ApprovalJournal(at: path, fileSystem: fileSystem, options: options)
    }
}
