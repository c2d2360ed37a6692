import Canonical
import FileSystemSeam
import Signing
import TestSupport
import Testing

@testable import Journal

@Suite("Roots that checkpoints state")
struct MerkleAuditTests {
    private static let count = 6000

    private static func leaf(_ index: UInt64) -> [UInt8] { Array("record \(index)".utf8) }

    private static func checkpoint(_ range: ClosedRange<UInt64>, at index: UInt64, isRight: Bool = true)
        -> IndexedCheckpoint
    {
        var tree = MerkleAccumulator()
        for index in range { tree.add(leaf(index)) }
        let checkpoint = JournalCheckpoint(
            fromRecordIndex: range.lowerBound,
            toRecordIndex: range.upperBound,
            merkleRoot: isRight ? tree.root.description : MerkleHash.empty.description,
            leafCount: UInt64(range.count),
            journalID: "jrn_x"
        )
        return IndexedCheckpoint(index: index, checkpoint: checkpoint)
    }

    private func audited(_ checkpoints: [IndexedCheckpoint]) -> MerkleAudit {
        var audit = MerkleAudit(checkpoints)
        for index in 1...UInt64(Self.count) { audit.apply(index, leaf: Self.leaf(index)) }
        return audit
    }

    /// A checkpoint over what came since the one before costs its own records, however many there are.
    @Test func rangesThatFollowEachOtherCostOneLeafARecord() {
        var checkpoints: [IndexedCheckpoint] = []
        for first in stride(from: UInt64(1), to: UInt64(Self.count), by: 10) {
            checkpoints.append(Self.checkpoint(first...(first + 9), at: first + 10, isRight: first % 1000 != 1))
        }
        let audit = audited(checkpoints)
        #expect(audit.addedLeafCount == Self.count)
        #expect(audit.mismatches.map(\.index) == [11, 1011, 2011, 3011, 4011, 5011])
        #expect(audit.lastIndex == UInt64(Self.count))
    }

    @Test func rangesFromOneRecordShareATree() {
        let checkpoints = [10, 20, 500, 5000].map { Self.checkpoint(3...$0, at: 5999, isRight: $0 != 20) }
        let audit = audited(checkpoints)
        #expect(audit.addedLeafCount == 4998)
        #expect(audit.mismatches.map(\.checkpoint.toRecordIndex) == [20])
    }

    @Test func rangesThatOverlapAreAllRecomputed() {
        let ranges: [ClosedRange<UInt64>] = [1...7, 2...7, 7...7, 3...9, 4...4, 8...6000]
        let audit = audited(ranges.map { Self.checkpoint($0, at: 6001) })
        #expect(audit.mismatches.isEmpty)
        #expect(audit.addedLeafCount == ranges.reduce(0) { $0 + $1.count })
        #expect(audited(ranges.map { Self.checkpoint($0, at: 6001, isRight: false) }).mismatches.count == ranges.count)
    }

    /// Whoever may append could make a verification take the square of the number of records. What is left out is said.
    @Test func rangesThatOverlapWithoutEndAreBounded() throws {
        let count = UInt64(Self.count)
        let many = (1...(count / 2)).map { first in
            let stated = JournalCheckpoint(
                fromRecordIndex: first,
                toRecordIndex: count / 2,
                merkleRoot: MerkleHash.empty.description,
                leafCount: count / 2 - first + 1,
                journalID: "jrn_x"
            )
            return IndexedCheckpoint(index: count / 2 + first, checkpoint: stated)
        }
        let audit = audited(many)
        #expect(audit.addedLeafCount <= MerkleAudit.treeMaximum * Self.count)
        #expect(audit.mismatches.map(\.checkpoint.fromRecordIndex) == Array(1...UInt64(MerkleAudit.treeMaximum)))
        #expect(audit.unchecked.count == many.count - MerkleAudit.treeMaximum)
        var report = VerificationReport()
        report.add(audit)
        #expect(report.isIntact && report.findings.count == many.count)
        #expect(report.findings.last?.kind == .merkleUnchecked)
    }

    /// However many others begin before it and overlap it, what a trusted key signed is looked at.
    @Test(arguments: [true, false])
    func whatATrustedKeySignedIsNotPushedOut(isRight: Bool) throws {
        let key = try SigningKey(seed: [UInt8](repeating: 7, count: 32))
        let made = Self.checkpoint(90...100, at: 200, isRight: isRight)
        let signed = try made.checkpoint.signed(by: HubSigner(hubID: "hub://x", key: key), at: "2026-05-01T08:00:00Z")
        let many = (1...80 as ClosedRange<UInt64>).map { Self.checkpoint($0...150, at: 200 + $0, isRight: false) }
        let all = many + [IndexedCheckpoint(index: 200, checkpoint: signed)]
        for (keys, isSeen) in [([], false), ([key.publicKey], true)] as [([VerifyingKey], Bool)] {
            var audit = MerkleAudit(all, trusting: keys)
            for index in 1...audit.lastIndex { audit.apply(index, leaf: Self.leaf(index)) }
            #expect(audit.unchecked.contains { $0.index == 200 } == !isSeen)
            #expect(audit.vouchedUpTo == (isSeen && isRight ? 100 : nil))
            #expect(audit.mismatches.contains { $0.index == 200 } == (isSeen && !isRight))
            #expect(audit.mismatches.count + audit.unchecked.count == all.count - (isSeen && isRight ? 1 : 0))
        }
    }

    /// Claims that begin where signed ones do, and that nobody signed, leave the signed ones in their place.
    @Test func aSignedStartIsNotMadeToLast() throws {
        let key = try SigningKey(seed: [UInt8](repeating: 7, count: 32))
        let signer = HubSigner(hubID: "hub://x", key: key)
        let ranges = (0..<40 as Range<UInt64>).map { ($0 * 10 + 1)...($0 * 10 + 10) }
        let signed = try ranges.map { range in
            let made = Self.checkpoint(range, at: 500 + range.lowerBound, isRight: true)
            let checkpoint = try made.checkpoint.signed(by: signer, at: "2026-05-01T08:00:00Z")
            return IndexedCheckpoint(index: made.index, checkpoint: checkpoint)
        }
        let stretched = ranges.map { Self.checkpoint($0.lowerBound...499, at: 1000 + $0.lowerBound, isRight: false) }
        var audit = MerkleAudit(signed + stretched, trusting: [key.publicKey])
        for index in 1...audit.lastIndex { audit.apply(index, leaf: Self.leaf(index)) }
        #expect(audit.vouchedUpTo == 400)
        #expect(audit.unchecked.allSatisfy { $0.index > 1000 }, "no signed one was left out")
        #expect(audit.addedLeafCount <= 499 * MerkleAudit.treeMaximum)
    }

    /// The file may be cut while somebody reads it.
    @Test func theEndOfDataOfAFileThatBecameShorterIsWhereOneWas() throws {
        let directory = try SimDisk().boot().openDirectory("/")
        let file = try directory.open("file", [.read, .write, .create], permissions: .ownerFile)
        try file.writeAll([1, 2, 3], at: 0)
        #expect(try file.endOfData(from: 10) == 10)
        #expect(try file.endOfData(from: 3) == 3)
        #expect(try file.endOfData(from: 0) == 3)
    }
}
