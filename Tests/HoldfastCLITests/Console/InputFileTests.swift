import FileSystemSeam
import Foundation
import HoldfastCLI
import TestSupport
import Testing

/// What can stand where a file is needed. Permissions are not among it: they do not stop every user.
@Suite("Input files")
struct InputFileTests {
    @Test func whatIsNotThereIsMissing() throws {
        let temporary = try TemporaryDirectory()
        CommandRun("digest", temporary.path + "/none").expectError(.missingInput, "none\" does not exist")
        CommandRun("digest", temporary.path + "/none/at/all").expectError(.missingInput, "does not exist")
        let long = String(repeating: "x", count: 300)
        CommandRun("digest", temporary.path + "/" + long).expectError(.missingInput, "longer than the file system")
    }

    @Test func aDirectoryIsNoFile() throws {
        let temporary = try TemporaryDirectory()
        for path in [temporary.path, temporary.path + "/", temporary.path + "/.", temporary.path + "/..", "/"] {
            CommandRun("digest", path).expectError(.missingInput, "is a directory; give a file")
        }
    }

    @Test func aFileIsNoDirectory() throws {
        let temporary = try TemporaryDirectory()
        try TestFile.write("1", temporary.path + "/file")
        CommandRun("digest", temporary.path + "/file/below").expectError(.missingInput, "not a directory")
    }

    @Test func symbolicLinksAreNotFollowed() throws {
        let temporary = try TemporaryDirectory()
        try TestFile.write("1", temporary.path + "/file")
        let link = temporary.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
        CommandRun("digest", link)
            .expectError(.missingInput, "symbolic link", "give the path it points to, or give - and redirect it with <")
        // It is read twice, which standard input cannot be.
        let bundle = CommandRun("journal", "verify-bundle", link)
        bundle.expectError(.missingInput, "symbolic link", "give the path it points to")
        #expect(!bundle.error.contains("redirect"), "\(bundle.error)")
    }

    @Test func devicesAreNotRead() {
        CommandRun("digest", "/dev/zero").expectError(.missingInput, "not a regular file", "redirect it with <")
    }

    @Test func namesThatAreNoneAreUsageErrors() {
        CommandRun("digest", "").expectError(.usage, "FILE must not be empty")
        CommandRun("digest", "a\0b").expectError(.usage, "NUL")
    }

    @Test func aNameCannotDisturbTheTerminal() {
        let run = CommandRun("digest", "no\u{1B}[2J\nsuch\u{202E}file")
        run.expectError(.missingInput, "no\\u{1b}[2J\\u{a}such\\u{202e}file")
        #expect(run.error.filter { $0 == "\n" }.count == 1)
        #expect(!run.error.contains("\u{1B}"))
    }

    @Test func aLongNameIsCut() {
        let run = CommandRun("digest", String(repeating: "y", count: 100_000))
        #expect(run.code == .missingInput)
        #expect(run.error.utf8.count < 500)
    }

    @Test func aTerminalIsToldWhatIsExpected() {
        let terminal = Console.Terminal(isInput: true)
        let run = CommandRun(["canon"], input: Array("1".utf8), terminal: terminal)
        #expect(run.code == .done)
        #expect(run.output == "1")
        #expect(run.error == "Type one JSON value, then Ctrl-D at the start of a line.\n")
    }
}
