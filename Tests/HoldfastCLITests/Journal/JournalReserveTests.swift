import Canonical
import FileSystemSeam
import Foundation
import HoldfastCLI
import TestSupport
import Testing

@Suite("holdfast journal reserve")
struct JournalReserveTests {
    /// Under two algorithms one nonce would be two, and could be consumed twice.
    @Test func aNonceDigestIsSHA256() throws {
        let journal = try JournalDirectory()
        let blake3 = "\(Digest(hashing: Array("n".utf8), algorithm: .blake3))"
        for command in ["check", "find"] {
            journal.run(command, "--grant", "g", "--nonce-digest", blake3)
                .expectError(.usage, "--nonce-digest must be sha256:")
        }
    }

    @Test func aUseIsReservedAndNumbered() throws {
        let journal = try JournalDirectory()
        let first = journal.reserve("--max-uses", "1")
        #expect(first.code == .done)
        #expect(first.error.isEmpty)
        #expect(first.output.wholeMatch(of: #/reserved: use_[0-9a-f]{32}, use 1 of g-1, record 1\n/#) != nil)
        #expect(journal.reserve(nonce: "other").output.contains("use 2 of g-1, record 2"))
    }

    /// A forgotten option is else a replay that nobody sees.
    @Test func aUseWithoutAnyLimitIsTold() throws {
        let journal = try JournalDirectory()
        let note = "note: nothing limits the uses of this nonce; give --max-uses, as the approval says\n"
        for words in [[], ["--json"], ["--idempotency-key", "k"]] {
            let run = CommandRun(
                [
                    "journal", "reserve", journal.path, "--grant", "g", "--nonce-digest", JournalDirectory.digest("n"),
                    "--actor", "a", "--action", "x", "--subject", "s",
                ] + words
            )
            #expect(run.code == .done && run.error == note, "\(run.error)")
        }
        // Again the same use, which consumed nothing; and those that a limit of this call or of an earlier one holds
        // for.
        #expect(journal.reserve(grant: "h", "--idempotency-key", "k").error == note)
        #expect(journal.reserve(grant: "h", "--idempotency-key", "k").error.isEmpty)
        #expect(journal.reserve(grant: "i", "--per-grant", "5").error.isEmpty)
        #expect(journal.reserve(grant: "j", "--max-uses", "3").error.isEmpty)
        #expect(journal.reserve(grant: "j").error.isEmpty)
        #expect(journal.reserve(grant: "j").error.isEmpty)
        journal.reserve(grant: "j").expectError(.refused, "3 of 3 are consumed")
    }

    @Test func jsonHasTheMembersOfTheContract() throws {
        let journal = try JournalDirectory()
        let json = try journal.reserve("--json", "--use-id", "use_mine").json()
        let keys = json.object?.members.map(\.key)
        #expect(keys == ["digest", "existing", "index", "use_id", "use_number"])
        #expect(json["index"]?.number?.unsignedValue == 1)
        #expect(json["use_number"]?.number?.unsignedValue == 1)
        #expect(json["use_id"]?.string == "use_mine")
        #expect(json["existing"]?.bool == false)
        let head = try journal.run("head", "--json").json()
        #expect(head["digest"]?.string == json["digest"]?.string)
    }

    @Test func theRecordSaysWhatWasAsked() throws {
        let journal = try JournalDirectory()
        let words = [
            "--max-uses", "3", "--idempotency-key", "k", "--grant-digest", "sha256:ab", "--session", "s-1",
            "--expires-at", "2100-01-01T00:00:00Z",
        ]
        let run = CommandRun(
            [
                "journal", "reserve", journal.path, "--grant", "g", "--nonce-digest", JournalDirectory.digest("n"),
                "--actor", "a", "--action", "x", "--subject", "s",
            ] + words
        )
        #expect(run.code == .done, "\(run.error)")
        let record = try JSONValue(parsing: journal.run("list", "--json").outputBytes)
        let expected = [
            "grant_id": "g", "grant_digest": "sha256:ab", "nonce_digest": JournalDirectory.digest("n"), "actor": "a",
            "action": "x", "subject": "s", "session_id": "s-1", "idempotency_key": "k",
            "expires_at": "2100-01-01T00:00:00Z",
        ]
        for (member, value) in expected { #expect(record[member]?.string == value) }
        #expect(record["max_uses"]?.number?.unsignedValue == 3)
    }

    @Test func theGrantStandsForItsDigest() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(grant: "g-9").code == .done)
        let record = try JSONValue(parsing: journal.run("list", "--json").outputBytes)
        #expect(record["grant_digest"]?.string == "g-9")
    }

    @Test(arguments: ["nonce", "nonce\n", "nonce\r\n"])
    func aNonceIsHashedWithoutAFinalNewline(text: String) throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(nonce: text).code == .done)
        let record = try JSONValue(parsing: journal.run("list", "--json").outputBytes)
        #expect(record["nonce_digest"]?.string == JournalDirectory.digest("nonce"))
    }

    @Test func onlyOneNewlineIsTakenOff() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(nonce: "nonce\n\n").code == .done)
        let record = try JSONValue(parsing: journal.run("list", "--json").outputBytes)
        #expect(record["nonce_digest"]?.string == JournalDirectory.digest("nonce\n"))
    }

    @Test func theNonceStandsNowhere() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(nonce: "very-secret-nonce").code == .done)
        for (name, data) in try TestFile.tree(journal.path) {
            #expect(data.range(of: Data("very-secret".utf8)) == nil, "\(name)")
        }
    }

    @Test(arguments: ["", "\n", "\r\n"])
    func anEmptyNonceIsRefused(text: String) throws {
        let journal = try JournalDirectory()
        journal.reserve(nonce: text).expectError(.malformedInput, "standard input holds no nonce")
        #expect(!FileManager.default.fileExists(atPath: journal.path))
    }

    @Test func aNonceFileMustBeThere() throws {
        let journal = try JournalDirectory()
        let words = ["--grant", "g", "--actor", "a", "--action", "x", "--subject", "s"]
        let path = journal.beside("none")
        CommandRun(["journal", "reserve", journal.path, "--nonce-file", path] + words)
            .expectError(.missingInput, "does not exist")
        CommandRun(["journal", "reserve", journal.path] + words).expectError(.usage, "--nonce-digest or --nonce-file")
        #expect(!FileManager.default.fileExists(atPath: journal.path))
    }

    @Test func aLongNonceIsRefused() throws {
        let journal = try JournalDirectory()
        journal.reserve(nonce: String(repeating: "n", count: 10_000_000))
            .expectError(.malformedInput, "longer than 65536 bytes")
    }

    @Test func exhaustedUsesAreRefused() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(nonce: "n", "--max-uses", "1").code == .done)
        let before = try TestFile.tree(journal.path)
        let run = journal.reserve(nonce: "n", "--max-uses", "1", "--json")
        #expect(run.code == .refused)
        let error = try run.jsonError()
        #expect(error["code"]?.string == "uses_exhausted")
        #expect(error["grant"]?.string == "g-1")
        #expect(error["maximum"]?.number?.unsignedValue == 1)
        #expect(error["current"]?.number?.unsignedValue == 1)
        journal.reserve(nonce: "n").expectError(.refused, "no uses left", "Ask for a new approval")
        journal.reserve(nonce: "m", "--per-grant", "1").expectError(.refused, "1 of 1")
        journal.reserve(nonce: "m", "--max-uses", "0").expectError(.refused, "0 of 0")
        #expect(try TestFile.tree(journal.path) == before)
    }

    @Test func aRevokedGrantIsRefused() throws {
        let journal = try JournalDirectory()
        #expect(journal.run("init").code == .done)
        let revoked = journal.run("revoke", "--grant", "g-1", "--grant-digest", "d", "--revoker", "r", "--json")
        #expect(revoked.code == .done)
        #expect(try revoked.json()["revocation_id"]?.string?.hasPrefix("rev_") == true)
        #expect(try revoked.json()["index"]?.number?.unsignedValue == 1)
        let run = journal.reserve("--json")
        #expect(run.code == .refused)
        #expect(try run.jsonError()["code"]?.string == "grant_revoked")
        #expect(try run.jsonError()["revocation_index"]?.number?.unsignedValue == 1)
    }

    @Test func anExpiredUseIsRefused() throws {
        let journal = try JournalDirectory()
        let run = journal.reserve("--expires-at", "2020-01-01T00:00:00Z", "--json")
        #expect(run.code == .refused)
        #expect(try run.jsonError()["code"]?.string == "expired")
        journal.reserve("--expires-at", "tomorrow").expectError(.usage, "RFC 3339", "\"tomorrow\"")
    }

    @Test func aRepetitionGivesTheSameUse() throws {
        let journal = try JournalDirectory()
        let first = try journal.reserve("--idempotency-key", "k", "--max-uses", "1", "--json").json()
        let again = try journal.reserve("--idempotency-key", "k", "--max-uses", "1", "--json").json()
        #expect(again["existing"]?.bool == true)
        #expect(again["use_id"]?.string == first["use_id"]?.string)
        #expect(again["index"]?.number?.unsignedValue == 1)
        let text = journal.reserve("--idempotency-key", "k")
        #expect(text.output.hasPrefix("reserved before: use_"))
        let conflict = journal.reserve(action: "destroy", "--idempotency-key", "k", "--json")
        #expect(conflict.code == .refused)
        #expect(try conflict.jsonError()["code"]?.string == "idempotency_conflict")
        #expect(try conflict.jsonError()["existing_use_id"]?.string == first["use_id"]?.string)
    }

    @Test(arguments: ["a\nb", "a\u{1B}b", "a\0b", "\u{7F}"])
    func controlCharactersAreRefusedBeforeAnythingIsWritten(grant: String) throws {
        let journal = try JournalDirectory()
        let run = journal.reserve(grant: grant)
        run.expectError(.usage, "the value of --grant holds the control character", "Nothing was written")
        #expect(!FileManager.default.fileExists(atPath: journal.path))
    }

    @Test func tenMegabytesAreRefusedBeforeAnythingIsWritten() throws {
        let journal = try JournalDirectory()
        let long = String(repeating: "x", count: 10_000_000)
        for option in ["--session", "--idempotency-key", "--grant-digest", "--use-id"] {
            let run = journal.reserve(option, long)
            run.expectError(.usage, "the value of \(option) has 10000000 bytes")
            #expect(run.error.utf8.count < 500)
        }
        #expect(!FileManager.default.fileExists(atPath: journal.path))
    }

    @Test(arguments: [
        "../../etc", "..", ".", "a/b", "/", "grant with spaces", "γ/δ", String(repeating: "g", count: 4000),
    ])
    func aGrantIsANameNotAPath(grant: String) throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(grant: grant).code == .done)
        #expect(try FileManager.default.contentsOfDirectory(atPath: journal.temporary.path) == ["journal"])
        #expect(journal.run("uses", "--grant", grant, "--json").lines.count == 1)
        #expect(journal.run("verify").code == .done)
    }

    /// A disk that fails once the record is written: it stands, and who asks again needs the key that the first request
    /// had.
    @Test(arguments: [(SystemCall.Name.fdatasync, 1), (.pwrite, 2)])
    func aFailureAfterTheRecordSaysThatItMayStand(name: SystemCall.Name, number: Int) throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(nonce: "before").code == .done)
        func run(_ words: [String], failing number: Int?) -> CommandRun {
            let count = Condition(0)
            let fileSystem = PosixFileSystem { call in
                guard call.name == name else { return nil }
                return count.withLock { count in
                    count += 1
                    return count == number ? .failure(name == .pwrite ? .noSpace : .inputOutput) : nil
                }
            }
            return CommandRun(["journal"] + words, input: Array("n".utf8), fileSystem: fileSystem)
        }
        var count = 1
        for key in ["k1", "k2"] {
            let reserve = [
                "reserve", journal.path, "--grant", key, "--nonce-file", "-", "--actor", "a", "--action", "x",
                "--subject", "s", "--max-uses", "1", "--idempotency-key", key,
            ]
            if name == .pwrite {
                let failed = run(reserve, failing: 1)
                failed.expectError(.inputOutput, "Make room and try again")
                #expect(!failed.error.contains("may stand"))
            }
            if key == "k1" {
                run(reserve, failing: number).expectError(
                    .inputOutput,
                    "error: \(journal.path): ",
                    "The record may stand all the same",
                    "with the idempotency key that it had"
                )
            } else {
                let error = try run(reserve + ["--json"], failing: number).jsonError()
                #expect(error["code"]?.string == "outcome_unknown" && error["recorded"]?.string == "unknown")
                #expect(error["file"]?.string != nil && error["errno"] != nil)
            }
            let again = run(reserve, failing: nil)
            #expect(again.code == .done && again.output.contains("reserved before:"), "\(again.output)\(again.error)")
            count += 1
            #expect(journal.run("list", "--json").lines.count == count)
        }
        for words in [["revoke", "--grant", "g", "--grant-digest", "d", "--revoker", "r"], ["checkpoint"]] {
            let failed = run([words[0], journal.path] + words.dropFirst(), failing: number)
            failed.expectError(.inputOutput, "may stand", "journal repair DIR --yes")
            #expect(journal.run("repair", "--yes").code == .done)
            count += 1
            #expect(journal.run("list", "--json").lines.count == count)
        }
    }

    @Test func aFailedAnswerSaysThatTheUseStands() throws {
        let journal = try JournalDirectory()
        let streams = BufferedStreams(input: Array("n".utf8))
        streams.outputFailure = .noSpace
        let words = ["--grant", "g", "--nonce-file", "-", "--actor", "a", "--action", "x", "--subject", "s"]
        let run = CommandRun(["journal", "reserve", journal.path] + words, streams: streams)
        #expect(run.code == .inputOutput)
        #expect(run.error.contains("a change that was made stands"))
        #expect(journal.run("list", "--json").lines.count == 1)
    }
}
