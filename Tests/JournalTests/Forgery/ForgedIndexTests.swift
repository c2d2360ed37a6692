import TestSupport
import Testing

@testable import Journal

/// Runs of the index whose checks are right, and which say what the records do not.
@Suite("Forged indexes")
struct ForgedIndexTests {
    private static let count = 20

    /// Records 1 to 20: uses of three grants with keys; then a revocation.
    private func filled() throws -> (TestJournal, id: String) {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, .tiny, in: disk)
        let handle = journal.open()
        for number in 0..<Self.count { _ = try handle.reserve(numbered(number), maximumUses: 1) }
        _ = try handle.append(revocation(of: "gone"))
        _ = try handle.reserve(use("gone-too", nonce: "x"), maximumUses: 1)
        _ = try handle.reserve(use("gone-too", nonce: "y"), maximumUses: 1)
        guard case .manifest(let manifest) = JournalManifest.read(try journal.bytes("journal.json")) else {
            throw ManifestExpected()
        }
        return (journal, try #require(manifest.journalID))
    }

    private struct ManifestExpected: Error {}

    private func numbered(_ number: Int) -> ApprovalUse {
        use("grant-\(number % 3)", nonce: "n-\(number)", id: "use_\(number)", key: "k-\(number)")
    }

    private func forge(_ journal: TestJournal, _ change: ([UInt8]) -> [UInt8]) throws {
        let runs = try journal.names(in: "indexes").filter { $0.hasSuffix(".run") }
        #expect(!runs.isEmpty)
        for run in runs { try journal.write(change(try journal.bytes("indexes/\(run)")), to: "indexes/\(run)") }
    }

    private func expectRight(_ journal: TestJournal, _ what: String) throws {
        let reader = journal.open()
        for number in 0..<Self.count {
            let request = numbered(number)
            #expect(try reader.findUse(id: "use_\(number)")?.use.useID == "use_\(number)", "\(what): \(number)")
            let latest = try reader.findUse(grant: request.grantID, nonceDigest: request.nonceDigest)
            #expect(latest?.use.useID == "use_\(number)", "\(what): \(number)")
            #expect(try reader.records(from: UInt64(number + 1), limit: 1).map(\.record.id) == ["use_\(number)"])
        }
        for grant in 0..<3 {
            let expected = (0..<Self.count).filter { $0 % 3 == grant }.map { "use_\($0)" }
            let fresh = journal.open()
            #expect(try fresh.uses(forGrant: "grant-\(grant)").map(\.record.id) == expected, "\(what)")
        }
        let writer = journal.open()
        for number in 0..<Self.count {
            let again = try writer.reserve(numbered(number), maximumUses: 1)
            #expect(again.isExisting && again.useID == "use_\(number)", "\(what): \(number)")
        }
        #expect(try writer.reserve(use("new"), maximumUses: 1).index == 24, "\(what)")
    }

    /// A key leads to another grant's use, to a record that is no use, or to none.
    @Test(arguments: [1, 2, 21, 22, 1000] as [UInt64]) func aKeyThatLeadsElsewhere(target: UInt64) throws {
        for sort in [IndexedValue.nonce, .idempotencyKey, .useID, .grant] {
            for number in [0, 7, 11] where UInt64(number + 1) != target {
                let (journal, id) = try filled()
                let maker = IndexKeyMaker(journalID: id)
                let request = numbered(number)
                let key =
                    switch sort {
                    case .nonce: maker.key(.nonce, grant: request.grantID, request.nonceDigest)
                    case .idempotencyKey: maker.key(.idempotencyKey, grant: request.grantID, "k-\(number)")
                    case .useID: maker.key(.useID, request.useID)
                    default: maker.key(.grant, request.grantID)
                    }
                // Another use of the grant is what the key may lead to.
                if sort == .grant, target <= 20, (target - 1) % 3 == UInt64(number % 3) { continue }
                try forge(journal) { run in
                    SegmentIndexForgery.run(
                        run,
                        journal: id,
                        entry: { $0.matches(key) ? IndexEntry(key, target) : $0 }
                    )
                }
                try expectRight(journal, "\(sort) of \(number) leads to \(target)")
            }
        }
    }

    /// Lines behind the first 4 GiB of a segment stand where four bytes cannot tell.
    @Test(arguments: [1, 2, 9, 20] as [UInt64]) func offsetsThatAreNotTold(first: UInt64) throws {
        let (journal, id) = try filled()
        try forge(journal) { run in
            SegmentIndexForgery.run(
                run,
                journal: id,
                state: { index, state in
                    var state = state
                    if index >= first { state.offset = RecordState.untoldOffset }
                    return state
                }
            )
        }
        try expectRight(journal, "offsets from \(first)")
    }

    @Test func offsetsUpToFourBytesAreTold() {
        var state = RecordState()
        for (offset, told) in [
            (0, 0), (0xFFFF_FFFE, 0xFFFF_FFFE), (0xFFFF_FFFF, nil), (0x1_0000_0000, nil), (.max, nil),
        ] as [(Int64, Int64?)] {
            state.offset = RecordState.offset(offset)
            #expect(state.lineOffset == told)
        }
    }
}
