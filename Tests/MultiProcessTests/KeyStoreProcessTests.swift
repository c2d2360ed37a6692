import Canonical
import FileSystemSeam
import Foundation
import KeyStore
import TestSupport
import Testing

/// A process that seals, rotates and destroys in a loop until it is done or killed; see `Tests/KeyWorker`.
private final class KeyWorker {
    private let process = Process()
    private let output = Pipe()

    init(_ directory: String, name: String, first: Int, count: Int) throws {
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "key-worker")
        process.arguments = [directory + "/keys", directory, name, String(first), String(count)]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
    }

    func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

    /// Waits for the end, and gives the lines it printed, but for one that was cut off.
    func lines() -> [String] {
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}

@Suite("Processes that mint and destroy keys at once", .serialized)
struct KeyStoreProcessTests {
    /// Everything that was said is true: boxes of keys nobody destroyed open, those of destroyed ones never do.
    private func expectTrue(_ directory: String, _ lines: [String]) throws {
        let store = try ScopedKeyStore.open(
            directory + "/keys",
            root: RootKeyFile(in: directory, fileSystem: PosixFileSystem.shared),
            fileSystem: PosixFileSystem.shared
        )
        defer { store.close() }
        #expect(!store.isDirty)
        var destroyed: Set<KeyID> = []
        var condemned: Set<String> = []
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "sealed": continue
            case "condemned": condemned.insert(words[1])
            case "shredded":
                let receipt = try ShredReceipt(parsing: try #require(Hex.decode(words[2])))
                destroyed.formUnion(receipt.keyIDs)
                let findings = try store.verifyErasure(receipt).findings
                #expect(findings == [], "\(words[1])")
            default: Issue.record("a worker said: \(line)")
            }
        }
        var counts = (open: 0, shredded: 0)
        for line in lines where line.hasPrefix("sealed ") {
            let words = line.split(separator: " ").map(String.init)
            let box = try SealedBox(parsing: try #require(Hex.decode(words[3])))
            switch try store.open(box, associatedData: Array(words[1].utf8)) {
            case .plaintext(let bytes):
                counts.open += 1
                #expect(String(decoding: bytes, as: UTF8.self) == words[2])
                #expect(!destroyed.contains(box.keyID), "a destroyed key opens \(words[2])")
            case .shredded(let receipt):
                counts.shredded += 1
                #expect(receipt.keyIDs.contains(box.keyID))
                #expect(condemned.contains(words[1]), "\(words[1]) was destroyed, and nobody asked for it")
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
        #expect(lines.count > 100)
        try expectTrue(temporary.path, lines)
    }

    @Test(arguments: [1, 2] as [UInt64]) func killsLoseNothingAndBringNothingBack(seed: UInt64) throws {
        let temporary = try TemporaryDirectory()
        var random = SplitMix64(seed: seed)
        var lines: [String] = []
        for round in 0..<12 {
            let workers = try (0..<3).map { number in
                try KeyWorker(temporary.path, name: "r\(round)w\(number)", first: round * 5 + number * 3, count: 1000)
            }
            for worker in workers.shuffled(using: &random) {
                usleep(UInt32.random(in: 5_000...80_000, using: &random))
                worker.kill()
            }
            for worker in workers { lines += worker.lines() }
            try expectTrue(temporary.path, lines)
        }
        let last = try KeyWorker(temporary.path, name: "last", first: 0, count: 40)
        lines += last.lines()
        try expectTrue(temporary.path, lines)
        #expect(lines.contains { $0.contains(" last-39 ") })
    }
}
