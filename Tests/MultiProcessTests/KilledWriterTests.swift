import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

@Suite("Processes that are killed while they append", .serialized)
struct KilledWriterTests {
    /// Six processes at a time race for the same nonces and are killed at random; then a few finish undisturbed.
    /// The index is written all the time, or not at all.
    @Test(arguments: [(1, 4), (2, 4), (1, 512), (2, 512)] as [(UInt64, Int)])
    func killedWritersLoseNothingAndCountNothingTwice(seed: UInt64, tail: Int) throws {
        try killWriters(seed, tail, .segments)
    }

    /// A record is five files: killed in between, a writer leaves some of them.
    @Test(arguments: [1, 2] as [UInt64])
    func killedWritersLoseNothingInJSONRecords(seed: UInt64) throws {
        try killWriters(seed, 512, .jsonRecords)
    }

    private func killWriters(_ seed: UInt64, _ tail: Int, _ format: JournalFormat) throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/journal"
        let count = 100
        var random = SplitMix64(seed: seed)
        var lines: [String] = []
        var (hits, hitsAtWork) = (0, 0)
        for round in 0..<8 {
            let workers = try (0..<6).map { number in
                try JournalWorker(
                    journal: path,
                    first: (round * 13 + number * 17) % count,
                    count: count,
                    tail: tail,
                    format: format
                )
            }
            let victims = workers.shuffled(using: &random)
            // However slow the machine is, somebody is at work; in the other rounds the first ones are hardly born.
            if round.isMultiple(of: 2) { victims[0].waitForLine() } else { usleep(delay(60_000, &random)) }
            victims[0].kill()
            for victim in victims.dropFirst() {
                usleep(delay(60_000, &random))
                victim.kill()
            }
            for worker in workers {
                let answers = worker.lines()
                lines += answers
                if worker.wasKilled { hits += 1 }
                if worker.wasKilled, !answers.isEmpty { hitsAtWork += 1 }
            }
            try expectSound(path, lines)
        }
        // Those that had nothing more to do before they were struck prove nothing.
        #expect(
            hits >= 4 && hitsAtWork > 0 && !lines.isEmpty,
            "\(hits) hits, \(hitsAtWork) at work, \(lines.count) answers"
        )
        let last = try (0..<4).map {
            try JournalWorker(journal: path, first: $0 * 25, count: count, tail: tail, format: format)
        }
        for worker in last { lines += worker.lines() }
        try expectSound(path, lines)

        // Every nonce was consumed exactly once, and the next writer gets in at once.
        let journal = ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared)
        #expect(try journal.format() == format)
        #expect(try journal.records().count == count)
        let next = ApprovalUse(
            grantID: "grant-0",
            grantDigest: "sha256:00",
            nonceDigest: ApprovalJournal.nonceDigest(Array("nonce-0".utf8)),
            actor: "a",
            action: "x",
            subject: "s"
        )
        #expect(throws: JournalError.usesExhausted(grant: "grant-0", maximum: 1, current: 1)) {
            try journal.reserve(next, maximumUses: 1)
        }
        #expect(try journal.append(next).index == UInt64(count + 1))
    }

    /// Eight processes with 5 000 nonces each, killed at random and started again until all are consumed.
    @Test(.enabled(if: runsLongTests, "a long campaign"))
    func eightTimesFiveThousand() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/journal"
        let (processes, each) = (8, 5000)
        var random = SplitMix64(seed: 3)
        var lines: [String] = []
        func worker(_ number: Int) throws -> JournalWorker {
            try JournalWorker(
                journal: path,
                first: number * each,
                count: processes * each,
                steps: each,
                tail: number.isMultiple(of: 2) ? 16 : 512
            )
        }
        var kills = 0
        while kills < 200 {
            let workers = try (0..<processes).map(worker)
            for worker in workers.shuffled(using: &random) {
                usleep(delay(150_000, &random))
                worker.kill()
            }
            for worker in workers {
                lines += worker.lines()
                if worker.wasKilled { kills += 1 }
            }
        }
        for worker in try (0..<processes).map(worker) { lines += worker.lines() }
        try expectSound(path, lines)
        let journal = ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared)
        #expect(try journal.head()?.index == UInt64(processes * each))
        print("killed writers: \(kills) kills, \(lines.count) acknowledged of \(processes * each)")
    }

    private func delay(_ maximum: UInt32, _ random: inout SplitMix64) -> UInt32 {
        UInt32.random(in: 1_000...maximum, using: &random)
    }

    /// What must hold whenever nobody is running.
    private func expectSound(_ path: String, _ lines: [String]) throws {
        for line in lines { #expect(line.hasPrefix("reserved "), "\(line)") }
        let journal = ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared)
        let report = try journal.verifyIntegrity()
        #expect(report.isIntact, "\(report.failures)")
        // Limits, numbers and ids are right.
        #expect(report.findings == [])
        let recorded = Dictionary(
            uniqueKeysWithValues: try journal.records().map { ($0.record.id, $0.record.grantID ?? "") }
        )
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            try #require(words.count == 4)
            #expect(recorded[words[3]] == words[2], "acknowledged, and lost: \(line)")
        }
        // No nonce was acknowledged twice.
        let nonces = lines.map { $0.split(separator: " ")[1] }
        #expect(Set(nonces).count == nonces.count)
    }
}
