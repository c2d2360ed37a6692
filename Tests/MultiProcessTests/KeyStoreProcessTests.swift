import Canonical
import FileSystemSeam
import Foundation
import KeyStore
import TestSupport
import Testing

/// A process that seals, rotates and destroys in a loop until it is done or killed; see `Tests/KeyWorker`.
private final class KeyWorker: ChildProcess {
    init(_ directory: String, name: String, first: Int, count: Int) throws {
        let words = [directory + "/keys", directory, name, String(first), String(count)]
        try super.init(Self.path(of: "key-worker"), words)
    }
}

@Suite("Processes that mint and destroy keys at once", .serialized)
struct KeyStoreProcessTests {
    /// What the workers of one round said. All of them have ended before the next round begins.
    private typealias Round = [String]

    /// Everything that was said is true: a box opens unless a destruction took its key, which one did that was asked
    /// for in the same round or a later one; and a destruction takes the keys of all boxes of earlier rounds.
    private func expectTrue(_ directory: String, _ rounds: [Round]) throws {
        let store = try ScopedKeyStore.open(
            directory + "/keys",
            root: RootKeyFile(in: directory, fileSystem: PosixFileSystem.shared),
            fileSystem: PosixFileSystem.shared
        )
        defer { store.close() }
        #expect(!store.isDirty)
        var destroyed: Set<KeyID> = []
        /// The last round in which a scope's destruction was asked for, and in which there was a receipt of one.
        var condemned: [String: Int] = [:]
        var shredded: [String: Int] = [:]
        for (round, lines) in rounds.enumerated() {
            for line in lines {
                let words = line.split(separator: " ").map(String.init)
                switch words[0] {
                case "sealed": continue
                case "condemned": condemned[words[1]] = round
                case "shredded":
                    let receipt = try ShredReceipt(parsing: try #require(Hex.decode(words[2])))
                    destroyed.formUnion(receipt.keyIDs)
                    shredded[words[1]] = round
                    let findings = try store.verifyErasure(receipt).findings
                    #expect(findings == [], "\(words[1])")
                default: Issue.record("a worker said: \(line)")
                }
            }
        }
        var counts = (open: 0, shredded: 0)
        for (round, lines) in rounds.enumerated() {
            for line in lines where line.hasPrefix("sealed ") {
                let words = line.split(separator: " ").map(String.init)
                let box = try SealedBox(parsing: try #require(Hex.decode(words[3])))
                switch try store.open(box, associatedData: Array(words[1].utf8)) {
                case .plaintext(let bytes):
                    counts.open += 1
                    #expect(String(decoding: bytes, as: UTF8.self) == words[2])
                    #expect(!destroyed.contains(box.keyID), "a destroyed key opens \(words[2])")
                    #expect(
                        shredded[words[1], default: -1] <= round,
                        "\(words[2]) outlived the destruction of its scope"
                    )
                case .shredded(let receipt):
                    counts.shredded += 1
                    #expect(receipt.keyIDs.contains(box.keyID))
                    #expect(
                        condemned[words[1], default: -1] >= round,
                        "\(words[2]) was destroyed, and nobody asked for it"
                    )
                }
            }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory + "/keys")
        #expect(names.filter { $0.hasPrefix("journal-") }.count == 1, "\(names)")
        #expect(names.filter { $0.hasPrefix("keyset-") || $0.hasPrefix(".") } == [])
        print("processes: \(counts.open) boxes open, \(counts.shredded) shredded, \(destroyed.count) keys destroyed")
    }

    @Test func twoKeepTheInvariants() throws {
        let temporary = try TemporaryDirectory()
        let workers = try ["a", "b"].enumerated().map { number, name in
            try KeyWorker(temporary.path, name: name, first: number * 3, count: 60)
        }
        var lines: [String] = []
        for worker in workers { lines += worker.lines() }
        // Each of them seals 60, but for those of a scope that the other one destroys just then.
        #expect(lines.count > 100)
        try expectTrue(temporary.path, [lines])
    }

    @Test(arguments: [1, 2] as [UInt64]) func killsLoseNothingAndBringNothingBack(seed: UInt64) throws {
        let temporary = try TemporaryDirectory()
        var random = SplitMix64(seed: seed)
        var rounds: [Round] = []
        var (hits, hitsAtWork) = (0, 0)
        for round in 0..<12 {
            let workers = try (0..<3).map { number in
                try KeyWorker(temporary.path, name: "r\(round)w\(number)", first: round * 5 + number * 3, count: 1000)
            }
            let victims = workers.shuffled(using: &random)
            // However slow the machine is, somebody is at work; in the other rounds the first ones are hardly born.
            if round.isMultiple(of: 2) { victims[0].waitForLine() }
            for victim in victims {
                usleep(UInt32.random(in: 5_000...80_000, using: &random))
                victim.kill()
            }
            rounds.append([])
            for worker in workers {
                let answers = worker.lines()
                rounds[round] += answers
                if worker.wasKilled { hits += 1 }
                if worker.wasKilled, !answers.isEmpty { hitsAtWork += 1 }
            }
            try expectTrue(temporary.path, rounds)
        }
        // What was struck before it had said anything, or had come to its end, proves little.
        #expect(hits >= 12 && hitsAtWork >= 4, "\(hits) hits, \(hitsAtWork) at work")
        // Alone, and undisturbed: it destroys some scopes, and none of the others.
        rounds.append(try KeyWorker(temporary.path, name: "last", first: 0, count: 40).lines())
        try expectTrue(temporary.path, rounds)
        #expect(rounds.last?.contains { $0.contains(" last-39 ") } == true)
    }
}
