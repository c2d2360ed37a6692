import Canonical
import Foundation
import HoldfastCLI
import TestSupport
import Testing

@Suite("holdfast keys")
struct KeysCommandTests {
    @Test func initMakesAStoreOnce() throws {
        let keys = try KeyDirectory(nil)
        let run = keys.run("init")
        #expect(run.code == .done)
        #expect(run.output == "ready: \(keys.path) is a key store (one key for each entity, key-file)\n")
        #expect(run.error.isEmpty)
        let first = try keys.run("init", "--json").json()
        #expect(first["granularity"]?.string == "entity" && first["root_kind"]?.string == "key-file")
        #expect(first["public_key"]?.string?.count == 43)
        #expect(try keys.run("init", "--json").json() == first, "another store was made")
    }

    @Test(arguments: [
        ("entity", ["--entity", "Zoë"]), ("category", ["--category", "3"]), ("type-id", ["--kind", "0x3001"]),
        ("event", ["--event", "00112233-4455-6677-8899-aabbccddeeff"]),
    ])
    func everyGranularityIsUsed(granularity: String, scope: [String]) throws {
        let keys = try KeyDirectory(granularity)
        let box = keys.run("seal", scope, input: Array("hello".utf8))
        #expect(box.code == .done && box.outputBytes.count == 5 + 57)
        #expect(keys.run("open", [], input: box.outputBytes).output == "hello")
        #expect(keys.run("open", scope, input: box.outputBytes).output == "hello")
        #expect(keys.run("shred", scope, input: []).code == .done)
        #expect(keys.run("open", [], input: box.outputBytes).code == .refused)
        #expect(keys.run("verify-erasure", scope, input: []).output.hasPrefix("erased: the key of receipt 1 "))
    }

    /// One kind and one event, however they are written.
    @Test func scopesHaveOneSpellingInside() throws {
        let kinds = try KeyDirectory("type-id")
        let box = kinds.box("k", "--kind", "12289")
        #expect(kinds.run("open", ["--kind", "0x3001"], input: box).output == "k")
        let events = try KeyDirectory("event")
        let event = events.box("e", "--event", "00112233445566778899AABBCCDDEEFF")
        #expect(events.run("open", ["--event", "00112233-4455-6677-8899-aabbccddeeff"], input: event).output == "e")
    }

    @Test func mintTellsNewFromOld() throws {
        let keys = try KeyDirectory()
        let new = keys.run("mint", "--entity", "a")
        #expect(new.code == .done && new.output.hasPrefix("minted: key ") && new.output.hasSuffix(", version 1\n"))
        let old = try keys.run("mint", "--entity", "a", "--json").json()
        #expect(old["existing"] == .bool(true) && old["version"] == .integer(1) && old["state"]?.string == "current")
        #expect(new.output.contains(old["key_id"]?.string ?? "none"))
    }

    @Test func rotateKeepsOldBoxesReadable() throws {
        let keys = try KeyDirectory()
        let old = keys.box("old", "--entity", "a")
        let rotated = try keys.run("rotate", "--entity", "a", "--json").json()
        #expect(rotated["version"] == .integer(2))
        let new = keys.box("new", "--entity", "a")
        #expect(keys.run("open", [], input: old).output == "old")
        #expect(keys.run("open", [], input: new).output == "new")
        #expect(try keys.run("open", ["--json"], input: new).json()["key_id"] == rotated["key_id"])
    }

    @Test func listShowsEveryKeyAndNoName() throws {
        let keys = try KeyDirectory()
        #expect(keys.run("list").output.isEmpty && keys.run("list", "--json").output.isEmpty)
        for words in [["mint", "--entity", "alice"], ["rotate", "--entity", "alice"], ["mint", "--entity", "bob"]] {
            #expect(keys.run(words[0], Array(words.dropFirst()), input: []).code == .done)
        }
        #expect(keys.run("shred", "--entity", "alice").code == .done)
        #expect(keys.run("mint", "--entity", "alice").code == .done)
        let lines = keys.run("list", "--json").lines
        let objects = try lines.map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(objects.map { $0["state"]?.string } == ["destroyed", "destroyed", "current", "current"])
        #expect(objects.map { $0["receipt"] } == [.integer(1), .integer(1), nil, nil])
        #expect(Set(objects.compactMap { $0["scope_tag"]?.string }).count == 2)
        let alice = keys.run("list", "--entity", "alice", "--json").lines
        #expect(alice == [lines[3], lines[1], lines[0]], "the newest first")
        let text = keys.run("list")
        #expect(text.lines.count == 5 && text.lines[0].hasPrefix("KEY "))
        #expect(!text.output.contains("alice") && !lines.joined().contains("alice"))
        #expect(keys.run("list", "--entity", "nobody").output.isEmpty)
    }

    @Test func shredPrintsTheReceiptAndAgainTheSame() throws {
        let keys = try KeyDirectory()
        let box = keys.box("secret", "--entity", "a")
        let run = keys.run("shred", "--entity", "a", "--reason", "asked for", "--json")
        let receipt = try run.json()
        #expect(receipt["reason"]?.string == "asked for" && receipt["number"] == .integer(1))
        #expect(receipt["type"]?.string == "holdfast_shred_receipt")
        #expect(keys.run("shred", "--entity", "a", "--reason", "again", "--json").output == run.output)
        let opened = keys.run("open", ["--json"], input: box)
        #expect(opened.code == .refused)
        let error = try opened.jsonError()
        #expect(error["code"]?.string == "shredded" && error["receipt"] == .integer(1))
        #expect(error["time"] == receipt["time"] && error["reason"]?.string == "asked for")
        keys.run("open", [], input: box).expectError(.refused, "was destroyed at", "receipt 1")
        // That it was destroyed must not be denied because another scope was asked for.
        let elsewhere = keys.run("open", ["--entity", "b", "--json"], input: box)
        #expect(elsewhere.code == .refused)
        #expect(try elsewhere.jsonError()["code"]?.string == "box_of_other_scope")
        let text = keys.run("shred", "--entity", "a")
        #expect(text.lines[0] == "destroyed: 1 key, receipt 1")
        #expect(text.output.contains("asked for") && text.output.contains("copies_elsewhere"))
        // What is sealed afterwards has a key of its own.
        #expect(keys.run("open", [], input: keys.box("later", "--entity", "a")).output == "later")
        #expect(keys.run("open", [], input: box).code == .refused)
    }

    @Test func receiptsAreVerified() throws {
        let keys = try KeyDirectory()
        for entity in ["a", "b"] { #expect(keys.run("mint", "--entity", entity).code == .done) }
        let receipt = keys.run("shred", "--entity", "a", "--json").output
        try TestFile.write(receipt, keys.beside("receipt.json"))
        for words in [[keys.beside("receipt.json")], ["-"], ["--entity", "a"], ["--entity", "a", "-"]] {
            let run = keys.run("verify-erasure", words + ["--json"], input: Array(receipt.utf8))
            #expect(run.code == .done, "\(words): \(run.error)")
            let json = try run.json()
            #expect(json["ok"] == .bool(true) && json["receipt"] == .integer(1) && json["findings"] == .array([]))
        }
        keys.run("verify-erasure", "--entity", "b").expectError(.refused, "never destroyed", "keys shred")
        keys.run("verify-erasure", "--entity", "none").expectError(.refused, "never had one")
        keys.run("verify-erasure", "--entity", "b", keys.beside("receipt.json"))
            .expectError(.refused, "is not one of this scope")
        keys.run("verify-erasure", input: receipt.replacing("\"number\":1", with: "\"number\":2"))
            .expectError(.malformedInput, "signature is not valid")
        keys.run("verify-erasure", input: "{}").expectError(.malformedInput, "the receipt cannot be used")
        // Another store's receipt.
        let other = try KeyDirectory()
        let run = other.run("verify-erasure", input: receipt)
        #expect(run.code == .refused && run.lines[0] == "not erased: receipt 1 does not hold")
        #expect(run.output.contains("it is of another store") && run.output.contains("did not sign it"))
        let json = try other.run("verify-erasure", "--json", input: receipt).json()
        let kinds = (json["findings"]?.array ?? []).compactMap { $0["kind"]?.string }
        #expect(json["ok"] == .bool(false))
        #expect(
            kinds.prefix(5) == ["other_store", "signature_invalid", "unknown_receipt", "key_unknown", "keyset_older"]
        )
    }

    /// Somebody sealed for the scope again: its new key is alive, whatever the receipt says of the old ones.
    @Test func aScopeWithANewKeyIsNotErased() throws {
        let keys = try KeyDirectory()
        _ = keys.box("old", "--entity", "a")
        let receipt = keys.run("shred", "--entity", "a", "--json").output
        let box = keys.box("new", "--entity", "a")
        keys.run("verify-erasure", "--entity", "a").expectError(
            .refused,
            "has a key again since receipt 1",
            "keys shred"
        )
        let error = try keys.run("verify-erasure", "--entity", "a", "--json").jsonError()
        #expect(error["code"]?.string == "key_alive" && error["receipt"] == .integer(1))
        #expect(keys.run("open", [], input: box).output == "new")
        // What the receipt says holds.
        #expect(keys.run("verify-erasure", "--entity", "a", "-", input: receipt).code == .done)
        #expect(keys.run("shred", "--entity", "a").code == .done)
        #expect(keys.run("verify-erasure", "--entity", "a").output.hasPrefix("erased: the key of receipt 2"))
    }

    /// A directory under a name that is swept keeps the destruction from going on.
    @Test func aScopeThatIsBeingDestroyedIsNotErased() throws {
        let keys = try KeyDirectory()
        let box = keys.box("old", "--entity", "a")
        let blocking = keys.path + "/keyset-0123456789abcde0"
        try FileManager.default.createDirectory(atPath: blocking, withIntermediateDirectories: true)
        let shred = keys.run("shred", "--entity", "a")
        #expect(shred.code == .inputOutput && shred.error.contains("is decided and cannot be taken back"))
        #expect(shred.error.contains("shredding again would destroy also") && shred.error.contains("keyset-01234"))
        let error = try keys.run("shred", "--entity", "a", "--json").jsonError()
        #expect(error["code"]?.string == "shred_pending" && error["key_id"] != nil && error["errno"] != nil)
        // Whoever opens the store is told what is in the way.
        for command in ["verify-erasure", "open"] {
            let run = keys.run(command, command == "open" ? [] : ["--entity", "a"], input: box)
            #expect(run.code == .refused && run.error.contains("is being destroyed"))
            #expect(run.error.hasPrefix("note: a destruction that was begun") && run.error.contains("keyset-01234"))
        }
        let list = keys.run("list")
        #expect(list.code == .done && list.output.contains("destroying") && list.error.contains("keyset-01234"))
        let again = keys.run("init")
        #expect(again.code == .done && again.error.contains("could not be finished"))
        try FileManager.default.removeItem(atPath: blocking)
        let verified = keys.run("verify-erasure", "--entity", "a")
        #expect(verified.code == .done && verified.error.isEmpty)
    }

    /// The commonest mistake with a second store.
    @Test func oneRootKeyForTwoStoresIsNoLoss() throws {
        let keys = try KeyDirectory()
        #expect(keys.run("mint", "--entity", "a").code == .done)
        let second = keys.beside("second")
        let run = CommandRun(["keys", "init", second] + keys.root)
        run.expectError(.missingInput, "root.key belongs to the store ", "a root key file serves one directory")
        // Nothing is left of the attempt, and nothing is taken away that was there.
        #expect(!FileManager.default.fileExists(atPath: second))
        try FileManager.default.createDirectory(atPath: second, withIntermediateDirectories: false)
        #expect(CommandRun(["keys", "init", second] + keys.root).code == .missingInput)
        #expect(try FileManager.default.contentsOfDirectory(atPath: second).isEmpty)
        #expect(CommandRun(["keys", "init", second, "--root-key", keys.beside("other.key")]).code == .done)
    }

    /// As after a restore: it is used, and warned of.
    @Test func aRootKeyThatOthersMayReadIsWarnedOf() throws {
        let keys = try KeyDirectory()
        #expect(keys.run("list").error.isEmpty)
        let file = keys.beside("root.key")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        let run = keys.run("list")
        #expect(run.code == .done)
        #expect(run.error.hasPrefix("warning: ") && run.error.contains("root.key") && run.error.contains("0644"))
    }

    /// With a lock of its own each, and one root key file for both.
    @Test func aCopyOfTheDirectoryIsLookedAtWithoutHarm() throws {
        let keys = try KeyDirectory()
        let box = keys.box("precious", "--entity", "a")
        #expect(keys.run("mint", "--entity", "b").code == .done)
        let copy = keys.beside("copy")
        try FileManager.default.copyItem(atPath: keys.path, toPath: copy)
        let key = keys.beside("root.key")
        let before = try Data(contentsOf: URL(filePath: key))
        // Both secrets are what a process leaves that is killed between its publication and the destruction of the old
        // one.
        #expect(keys.run("shred", "--entity", "b").code == .done)
        var both = try Data(contentsOf: URL(filePath: key))
        for slot in [0, 512] where before[slot + 8] == 1 {
            both.replaceSubrange(slot..<slot + 512, with: before[slot..<slot + 512])
        }
        try both.write(to: URL(filePath: key))
        #expect(CommandRun(["keys", "list", copy] + keys.root).code == .done)
        #expect(keys.run("open", [], input: box).output == "precious")
        // From here on the copy is one of an older generation.
        CommandRun(["keys", "list", copy] + keys.root).expectError(.refused, "a copy of the directory went on")
    }

    @Test func jsonHoldsBytesInBase64() throws {
        let keys = try KeyDirectory()
        let sealed = try keys.run("seal", "--entity", "a", "--json", input: "\u{0}\u{7f}x").json()
        let box = try #require(Base64.decode(sealed["box"]?.string ?? "", .urlUnpadded))
        let opened = try keys.run("open", ["--json"], input: box).json()
        #expect(Base64.decode(opened["plaintext"]?.string ?? "", .urlUnpadded) == [0, 0x7f, 0x78])
        #expect(opened["key_id"] == sealed["key_id"])
        #expect(keys.run("open", [], input: keys.box("", "--entity", "a")).outputBytes.isEmpty)
    }

    @Test func filesAreRead() throws {
        let keys = try KeyDirectory()
        let payload = [UInt8](repeating: 0, count: 100_000) + Array("end".utf8)
        try TestFile.write(payload, keys.beside("payload"))
        try TestFile.write("event 7\n", keys.beside("aad"))
        let aad = ["--aad-file", keys.beside("aad")]
        let box = keys.run("seal", ["--entity", "a", keys.beside("payload")] + aad, input: [])
        try TestFile.write(box.outputBytes, keys.beside("box"))
        #expect(keys.run("open", aad + [keys.beside("box")], input: []).outputBytes == payload)
        keys.run("open", keys.beside("box")).expectError(.refused, "the box does not open")
        // Every byte of what a box belongs to counts, the final newline too.
        try TestFile.write("event 7", keys.beside("aad"))
        keys.run("open", aad + [keys.beside("box")], input: []).expectError(.refused, "the box does not open")
    }
}
