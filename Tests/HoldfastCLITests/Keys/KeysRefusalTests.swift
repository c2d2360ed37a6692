import Canonical
import FileSystemSeam
import Foundation
import HoldfastCLI
import LockKit
import TestSupport
import Testing

/// What a person may type wrongly, and what may stand wrong on the disk.
@Suite("holdfast keys, wrong things")
struct KeysRefusalTests {
    private static let zero = String(repeating: "0", count: 32)
    private static let onStores = ["mint", "seal", "open", "shred", "rotate", "list", "verify-erasure"]

    /// The remedy for a mistyped path must not be to move away what stands there: it may be the root key.
    @Test func aWrongPlaceIsNamedAsSuch() throws {
        let keys = try KeyDirectory()
        let root = keys.beside("root.key")
        let before = try TestFile.tree(keys.temporary.path)
        for path in [root, root + "/below"] {
            for words in [["list"], ["init"], ["seal", "--entity", "a"]] {
                let run = CommandRun(["keys", words[0], path] + keys.root + words.dropFirst(), input: [1])
                run.expectError(.malformedInput, "is a file, or lies below one. Name the key store's directory")
            }
        }
        CommandRun("keys", "list", keys.path, "--root-key", keys.path).expectError(
            .malformedInput,
            "\(keys.path) is a directory. Name the root key's file"
        )
        CommandRun("keys", "list", keys.path, "--root-key", root + "/below").expectError(
            .malformedInput,
            "lies below a file. Name the root key's file"
        )
        #expect(try TestFile.tree(keys.temporary.path) == before)
    }

    @Test func aStoreOfAnotherKindIsNoMissingInput() throws {
        let journal = try JournalDirectory()
        #expect(journal.run("init").code == .done)
        CommandRun("keys", "list", journal.path).expectError(.malformedInput, "approval-use journal")
    }

    @Test(arguments: onStores) func aStoreThatIsNotThereIsMissing(command: String) throws {
        let keys = try KeyDirectory(nil)
        let scope = ["open", "list"].contains(command) ? [] : ["--entity", "a"]
        keys.run(command, scope, input: []).expectError(.missingInput, "there is no directory", "holdfast keys init")
        try FileManager.default.createDirectory(atPath: keys.path, withIntermediateDirectories: true)
        keys.run(command, scope, input: []).expectError(.missingInput, "\"\(keys.path)\" is no key store")
        #expect(try keys.names().isEmpty, "something was made")
        try TestFile.write("x", keys.path + "/notes.txt")
        keys.run(command, scope, input: []).expectError(.missingInput, "is no key store", "holdfast keys init")
        #expect(try keys.names() == ["notes.txt"])
        #expect(!FileManager.default.fileExists(atPath: keys.beside("root.key")))
    }

    @Test(arguments: ["mint", "seal", "shred", "rotate"]) func aScopeIsNeeded(command: String) throws {
        let keys = try KeyDirectory()
        keys.run(command).expectError(.usage, "give either --entity, --category, --kind or --event")
        keys.run(command, "--entity", "a", "--kind", "1").expectError(.usage, "give only one of --entity, ")
    }

    @Test(arguments: [
        ("--kind", "65536", "from 0 to 65535"), ("--kind", "0x10000", "0xffff"), ("--kind", "-1", "from 0 to 65535"),
        ("--kind", "0x", "0xffff"), ("--kind", "3x", "from 0 to 65535"), ("--category", "16", "from 0 to 15"),
        ("--event", "7", "32 hexadecimal digits"), ("--event", zero + "0", "32 hexadecimal digits"),
        ("--event", "0011223344556677-8899aabbccddeeff", "32 hexadecimal digits"),
        ("--event", "+" + zero.dropFirst(), "32 hexadecimal digits"), ("--entity", "", "must not be empty"),
    ])
    func scopesOutOfRangeAreUsageErrors(option: String, value: String, words: String) throws {
        let keys = try KeyDirectory()
        keys.run("mint", "\(option)=\(value)").expectError(.usage, option, words)
    }

    /// Destroying a category through a kind would destroy more than was said.
    @Test func aScopeOfAnotherGranularityIsRefusedAndNothingIsDone() throws {
        let keys = try KeyDirectory("category")
        let box = keys.box("kept", "--category", "3")
        for command in ["mint", "seal", "shred", "rotate", "list", "verify-erasure"] {
            let words = ["\(keys.path) has one key for each category", "one kind was given", "give --category"]
            for word in words { keys.run(command, "--kind", "0x3001").expectError(.refused, word) }
        }
        let error = try keys.run("shred", "--kind", "0x3001", "--json").jsonError()
        #expect(error["code"]?.string == "selector_mismatch" && error["granularity"]?.string == "category")
        #expect(error["selected"]?.string == "type-id")
        #expect(keys.run("open", [], input: box).output == "kept")
        keys.run("init", "--granularity", "event").expectError(.refused, "not for each event")
        keys.run("init", "--granularity", "typeID").expectError(.usage, "entity, category, type-id or event")
    }

    @Test func whatHasNoKeyCannotBeDestroyedOrRotated() throws {
        let keys = try KeyDirectory()
        for command in ["shred", "rotate"] {
            let run = keys.run(command, "--entity", "nobody")
            run.expectError(.refused, "\(keys.path): the scope has no key")
        }
        let long = String(repeating: "x", count: 241)
        #expect(keys.run("mint", "--entity", "a").code == .done)
        keys.run("shred", "--entity", "a", "--reason", long).expectError(
            .usage,
            "--reason",
            "241 bytes, and 240 are the most"
        )
        #expect(keys.run("rotate", "--entity", "a").code == .done, "nothing was destroyed")
        #expect(keys.run("shred", "--entity", "a").code == .done)
        keys.run("rotate", "--entity", "a").expectError(.refused, "or all were destroyed")
    }

    @Test func boxesThatAreNoneAreRefused() throws {
        let keys = try KeyDirectory()
        var box = keys.box("hello", "--entity", "a")
        let other = try KeyDirectory()
        other.run("open", [], input: box).expectError(.refused, "Nothing says that it was destroyed")
        keys.run("open", ["--entity", "b"], input: box).expectError(.refused, "not sealed with a key of this scope")
        try TestFile.write(Array(box.dropLast()), keys.beside("cut.box"))
        keys.run("open", keys.beside("cut.box")).expectError(.refused, "cut.box\": the box does not open")
        box[box.count - 1] ^= 1
        keys.run("open", [], input: box).expectError(.refused, "standard input: the box does not open")
        keys.run("open", keys.beside("none")).expectError(.missingInput, "does not exist")
    }

    /// Nothing was refused by any rule: the file is the wrong one.
    @Test func filesThatAreNoBoxesAreMalformed() throws {
        let keys = try KeyDirectory()
        var box = keys.box("hello", "--entity", "a")
        for count in [0, 1, 56] {
            let run = keys.run("open", [], input: Array(box.prefix(count)))
            run.expectError(.malformedInput, "standard input is no box", "\(count) bytes")
        }
        #expect(try keys.run("open", ["--json"], input: []).jsonError()["code"]?.string == "malformed_box")
        let text = try #require(try keys.run("seal", "--entity", "a", "--json", input: "x").json()["box"]?.string)
        try TestFile.write(text, keys.beside("box.txt"))
        keys.run("open", keys.beside("box.txt")).expectError(.malformedInput, "box.txt\" is no box", "base64url")
        box[0] = 9
        keys.run("open", [], input: box).expectError(.malformedInput, "it begins with the byte 9")
        #expect(try keys.run("open", ["--json"], input: box).jsonError()["version"] == .integer(9))
    }

    @Test func receiptsThatAreNoneAreNamed() throws {
        let keys = try KeyDirectory()
        try TestFile.write("{}", keys.beside("receipt.json"))
        keys.run("verify-erasure", keys.beside("receipt.json")).expectError(
            .malformedInput,
            "receipt.json\": the receipt"
        )
    }

    /// Reading JSON takes many times its length: no more of it is read than a receipt of the store may have.
    @Test func whatIsTooLongForAReceiptIsNotRead() throws {
        let keys = try KeyDirectory()
        let long = "[" + String(repeating: "0,", count: 1 << 19) + "0]"
        keys.run("verify-erasure", input: long).expectError(.malformedInput, "longer than 1048576 bytes")
    }

    @Test func damageNamesTheStore() throws {
        let keys = try KeyDirectory()
        try keys.alter("keyset") { $0[100] ^= 1 }
        keys.run("list").expectError(.refused, "error: \(keys.path): keyset is damaged")
    }

    /// The directory may still become something else, and no later look takes it for a store that was lost.
    @Test func aStoreThatCannotBeMadeLeavesNothing() throws {
        let keys = try KeyDirectory(nil)
        CommandRun("keys", "init", keys.path, "--root-key", keys.beside("none/root.key"))
            .expectError(.missingInput, "none/root.key")
        #expect(!FileManager.default.fileExists(atPath: keys.path))
        // What was there before stays.
        try FileManager.default.createDirectory(atPath: keys.path, withIntermediateDirectories: false)
        CommandRun("keys", "init", keys.path, "--root-key", keys.beside("none/root.key"))
            .expectError(.missingInput, "none/root.key")
        #expect(try keys.names() == [])
        try TestFile.write("", keys.path + "/keyset.lock")
        try TestFile.write("x", keys.path + "/notes.txt")
        CommandRun("keys", "init", keys.path, "--root-key", keys.beside("none/root.key"))
            .expectError(.missingInput, "none/root.key")
        #expect(try keys.names() == ["keyset.lock", "notes.txt"])
        #expect(keys.run("init").code == .done)
    }

    @Test func theRootKeyIsNeeded() throws {
        let keys = try KeyDirectory()
        let bare = CommandRun("keys", "list", keys.path)
        bare.expectError(.missingInput, "there is no root key in \(keys.path)/root.key", "--root-key FILE")
        CommandRun("keys", "list", keys.path, "--root-key", keys.beside("none/root.key"))
            .expectError(.missingInput, "none/root.key")
        for name in ["-", "secrets/", ".."] {
            CommandRun("keys", "list", keys.path, "--root-key", name).expectError(.usage, "give the path of a file")
        }
        let other = try KeyDirectory()
        CommandRun(["keys", "list", keys.path] + other.root).expectError(.refused, "does not open the keyset")
        let json = try CommandRun(["keys", "list", keys.path, "--json"] + other.root).jsonError()
        #expect(json["code"]?.string == "wrong_root")
        try TestFile.write("secret", keys.beside("passphrase"))
        CommandRun("keys", "list", keys.path, "--passphrase-file", keys.beside("passphrase"))
            .expectError(.refused, "it was wrapped with a key-file, and this is a passphrase")
        keys.run("list", "--passphrase-file", "-").expectError(.usage, "not both")
        try FileManager.default.removeItem(atPath: keys.beside("root.key"))
        keys.run("list").expectError(.missingInput, "there is no root key")
    }

    /// Without a place of its own the root key is in the store's directory, and that is said.
    @Test func theRootKeyInsideIsPointedOut() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/keys"
        let run = CommandRun("keys", "init", path)
        #expect(run.code == .done && run.error.hasPrefix("note: the root key is in the store's own directory"))
        #expect(CommandRun(["keys", "seal", path, "--entity", "a"], input: [1]).outputBytes.count == 58)
        #expect(FileManager.default.fileExists(atPath: path + "/root.key"))
    }

    @Test func passphrasesComeFromFilesAndDescriptorsOnly() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/keys"
        try TestFile.write("correct horse\n", temporary.path + "/passphrase")
        let words = ["--passphrase-file", temporary.path + "/passphrase"]
        #expect(CommandRun(["keys", "init", path] + words).output.hasSuffix("(one key for each entity, passphrase)\n"))
        let box = CommandRun(["keys", "seal", path, "--entity", "a"] + words, input: Array("x".utf8))
        // The final newline is not part of it.
        let streams = BufferedStreams(input: box.outputBytes)
        streams.inputs[7] = Array("correct horse".utf8)
        let opened = CommandRun(["keys", "open", path, "--passphrase-file", "/dev/fd/7"], streams: streams)
        #expect(opened.output == "x", "\(opened.error)")
        let wrong = CommandRun(["keys", "list", path, "--passphrase-file", "-"], input: Array("hunter2".utf8))
        wrong.expectError(.refused, "does not open the keyset")
        #expect(!wrong.error.contains("hunter2"))
        CommandRun(["keys", "list", path, "--passphrase-file", "-"], input: [10])
            .expectError(.malformedInput, "holds no passphrase")
        CommandRun("keys", "list", path, "--passphrase", "secret").expectError(.usage, "unknown option")
        let receipt = try CommandRun(["keys", "shred", path, "--entity", "a", "--json"] + words).json()
        let risks = (receipt["residual_risks"]?.array ?? []).compactMap(\.string)
        #expect(risks.contains("passphrase_root") && receipt["assurance"]?.string != "effaced")
    }

    /// A terminal shows what is typed, and keeps it in its window.
    @Test(arguments: ["-", "/dev/stdin", "/dev/fd/0"]) func noPassphraseIsTyped(path: String) throws {
        let temporary = try TemporaryDirectory()
        let words = ["keys", "init", temporary.path + "/keys", "--passphrase-file", path]
        let person = Console.Terminal(isInput: true)
        let run = CommandRun(words, input: Array("hunter2".utf8), terminal: person)
        run.expectError(.usage, "shows what is typed", "stty -echo")
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/keys"))
        #expect(CommandRun(words, input: Array("hunter2".utf8)).code == .done)
        // From elsewhere it is read all the same.
        let streams = BufferedStreams()
        streams.inputs[7] = Array("hunter2".utf8)
        let other = ["keys", "list", temporary.path + "/keys", "--passphrase-file", "/dev/fd/7"]
        #expect(CommandRun(other, streams: streams, terminal: person).code == .done)
    }

    @Test func standardInputIsReadOnce() throws {
        let keys = try KeyDirectory()
        keys.run("seal", "--entity", "a", "--aad-file", "-").expectError(.usage, "--aad-file or FILE", "read once")
        keys.run("open", "--aad-file", "/dev/stdin", "-").expectError(.usage, "--aad-file or FILE")
        CommandRun("keys", "seal", keys.path, "--entity", "a", "--passphrase-file", "-", "--aad-file", "-", "x")
            .expectError(.usage, "--passphrase-file or --aad-file")
        CommandRun("keys", "verify-erasure", keys.path, "--passphrase-file", "-").expectError(.usage, "read once")
    }

    @Test func aHeldLockIsWaitedForAsLongAsAsked() throws {
        let keys = try KeyDirectory()
        let lock = FileLock(at: keys.path + "/keyset.lock", fileSystem: PosixFileSystem.shared)
        let held = try lock.lock(.exclusive)
        keys.run("list", "--timeout", "0").expectError(.refused)
        keys.run("list", "--timeout", "0.05").expectError(.lockTimeout)
        held.release()
        #expect(keys.run("list", "--timeout", "0").code == .done)
    }

    @Test func aLostKeysetIsALossAndNoNewStore() throws {
        let keys = try KeyDirectory()
        #expect(keys.run("mint", "--entity", "a").code == .done)
        try FileManager.default.removeItem(atPath: keys.path + "/keyset")
        keys.run("list").expectError(.missingInput, "the keyset of")
        keys.run("init").expectError(.missingInput, "This is a loss and no erasure")
    }
}
