#if os(Linux)
import FileSystemSeam
import Foundation
import HoldfastCLI
import TestSupport
import Testing

/// What is left of a passphrase when a command is over, and where none is typed.
@Suite("holdfast keys, passphrases")
struct KeysSecrecyTests {
    /// In a process of its own, which nobody else writes to. Without a final newline, and with either.
    @Test(arguments: [0, 1, 2]) func noCopyIsLeftInMemory(newlineByteCount: Int) async throws {
        await #expect(processExitsWith: .success) { [newlineByteCount = newlineByteCount as Int] in
            let temporary = try TemporaryDirectory()
            // Long, and looked for in parts: what is freed is soon overwritten here and there.
            let all = (0..<60_000).map { _ in UInt8.random(in: 100..<200) }
            let parts = stride(from: 1_000, to: 60_000, by: 4_000).map { Array(all[$0..<$0 + 64]) }
            func occurrences() throws -> Int {
                let memory = try ProcessMemory()
                return parts.reduce(0) { $0 + memory.occurrences(ofInverted: $1) }
            }
            let path = temporary.path + "/passphrase"
            try Self.write(inverted: all, newline: Array([13, 10].suffix(newlineByteCount)), to: path)
            var held = all.map { ~$0 }
            if try occurrences() < parts.count {
                Self.fail("the search does not find the passphrase, which is there")
            }
            held.withUnsafeMutableBytes { explicit_bzero($0.baseAddress!, $0.count) }
            if try occurrences() != 0 {
                Self.fail("the test itself left a copy")
            }
            let keys = temporary.path + "/keys"
            // The first ends when it has read the passphrase, so that little comes after; there is no store yet.
            for (command, code) in [("list", ExitCode.missingInput), ("init", .done)] {
                let run = CommandRun("keys", command, keys, "--passphrase-file", path)
                if run.code != code { Self.fail(run.error) }
                let count = try occurrences()
                if count != 0 { Self.fail("parts of the passphrase stand \(count) times in memory") }
            }
            if CommandRun("keys", "list", keys, "--passphrase-file", path).code != .done {
                Self.fail("it is another one")
            }
        }
    }

    private static func write(inverted: [UInt8], newline: [UInt8], to path: String) throws {
        var bytes = inverted.map { ~$0 } + newline
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        let written = bytes.withUnsafeMutableBytes { bytes in
            defer { explicit_bzero(bytes.baseAddress!, bytes.count) }
            return Foundation.write(descriptor, bytes.baseAddress!, bytes.count)
        }
        close(descriptor)
        try #require(written == inverted.count + newline.count)
    }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data("\(message)\n".utf8))
        exit(2)
    }
}
#endif
