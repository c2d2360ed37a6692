import Canonical
import FileSystemSeam
import Foundation
import HoldfastCLI
import TestSupport
import Testing

/// What a person may name or forget, and what a limit does.
@Suite("holdfast keys, mistakes")
struct KeysMistakesTests {
    /// Mounted secrets are links; a FIFO has no places to read at.
    @Test func aRootKeyThatIsNoFileIsNamedAsSuch() throws {
        let keys = try KeyDirectory()
        let (link, fifo) = (keys.beside("link"), keys.beside("fifo"))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "root.key")
        #expect(mkfifo(fifo, 0o600) == 0)
        for command in ["list", "init"] {
            CommandRun("keys", command, keys.path, "--root-key", link)
                .expectError(
                    .malformedInput,
                    "\(link) is a symbolic link, which is not followed. Give the path it points to"
                )
            CommandRun("keys", command, keys.path, "--root-key", fifo)
                .expectError(.malformedInput, "\(fifo) is not a regular file. Name the root key's file")
        }
    }

    /// The bytes of a box are no text, and nobody gets them back from a terminal.
    @Test func aBoxIsNotPrintedOnATerminal() throws {
        let keys = try KeyDirectory()
        let terminal = Console.Terminal(isOutput: true)
        let words = ["keys", "seal", keys.path] + keys.root + ["--entity", "a"]
        let before = try TestFile.tree(keys.temporary.path)
        CommandRun(words, input: [1], terminal: terminal).expectError(.usage, "redirect it with >", "--json")
        #expect(try TestFile.tree(keys.temporary.path) == before, "a key was made for it")
        let json = CommandRun(words + ["--json"], input: [1], terminal: terminal)
        #expect(try json.json()["box"]?.string != nil)
    }

    @Test func aFileThatMayNotGrowIsNoBrokenDisk() throws {
        let keys = try KeyDirectory()
        let limited = PosixFileSystem { call in call.name == .pwrite ? .failure(.fileTooLarge) : nil }
        let run = CommandRun(["keys", "mint", keys.path] + keys.root + ["--entity", "a"], fileSystem: limited)
        #expect(run.code == .inputOutput)
        // Before it a note tells that what opening had to clean up could not be written, either.
        let message = run.error.split(separator: "\n").last ?? ""
        #expect(message.hasPrefix("error: "), "\(run.error)")
        for words in ["EFBIG", "Raise the limit on the size of files (ulimit -f)"] {
            #expect(message.contains(words), "\(run.error)")
        }
    }
}
