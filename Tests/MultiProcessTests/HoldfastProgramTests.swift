import Foundation
import TestSupport
import Testing

@Suite("The program as a process")
struct HoldfastProgramTests {
    @Test func exitCodesReachTheShell() throws {
        let temporary = try TemporaryDirectory()
        #expect(try HoldfastProgram.run("--version").code == 0)
        #expect(try HoldfastProgram.run().code == 64)
        #expect(try HoldfastProgram.run("digest", temporary.path + "/none").code == 66)
        #expect(try HoldfastProgram.run("canon").code == 65)
        #expect(try HoldfastProgram.run("journal", "verify", "\(Fixtures.directory)/journal/small/input").code == 0)
        let tampered = try HoldfastProgram.run(
            "journal",
            "verify",
            "\(Fixtures.directory)/journal/tampered-field/input"
        )
        #expect(tampered.code == 1)
        #expect(tampered.output.hasPrefix("record 3: record_tampered: "))
    }

    @Test func standardInputIsRead() throws {
        let run = try HoldfastProgram.shell("printf '{\"b\":1,\"a\":[2.0]}' | $holdfast canon")
        #expect(run.output == "{\"a\":[2],\"b\":1}")
        #expect(run.code == 0)
    }

    @Test func descriptorsAreRead() throws {
        let run = try HoldfastProgram.shell(
            "$holdfast digest <(printf abc); $holdfast digest /dev/fd/9 9< <(printf abc)"
        )
        let digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
        #expect(run.output == digest + digest)
    }

    @Test(arguments: ["man", "completions bash", "help formats", "--version"])
    func aReaderThatLeavesEndsItQuietly(words: String) throws {
        let run = try HoldfastProgram.shell("$holdfast \(words) | head -0; exit ${PIPESTATUS[0]}")
        #expect(run.code == 0)
        #expect(run.error.isEmpty)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func aFullDiskIsReported() throws {
        let run = try HoldfastProgram.shell("$holdfast man > /dev/full")
        #expect(run.code == 74)
        #expect(run.error.hasPrefix("error: standard output cannot be written: no space left"))
    }

    private static let event =
        #"{"session_id":"s","agent_id":"a","agent_instance_id":"i","agent_name":"n","host_id":"h","type":"session.started"}"#

    /// At the limit on the size of files a write kills whoever did not ask for an error.
    @Test func aFileAtItsLimitIsReported() throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.shell(
            "ulimit -f 0; printf '%s' \"$2\" | $holdfast events append \"$1\"",
            temporary.path + "/session",
            Self.event
        )
        #expect(run.code == 74)
        #expect(run.error.contains("EFBIG") && run.error.contains("ulimit -f"), "\(run.error)")
        // A program that it starts ends there as it does without it.
        let write = "bash -c 'printf x > \"$0\"' \"$2\""
        let lock = try HoldfastProgram.shell(
            "ulimit -f 0; \(write); own=$?; $holdfast lock run \"$1\" -- \(write); test $? = $own",
            temporary.path + "/lock",
            temporary.path + "/file"
        )
        #expect(lock.code == 0, "\(lock.error)")
    }

    /// Whoever appends all of it once more has events twice.
    @Test(arguments: [false, true]) func aBatchThatFitsInPartSaysHowMuchOfIt(json: Bool) throws {
        let temporary = try TemporaryDirectory()
        let session = temporary.path + "/session"
        let padded = Self.event.replacing("\"n\"", with: "\"\(String(repeating: "n", count: 300))\"")
        let run = try HoldfastProgram.shell(
            "ulimit -f 1; printf '%s\\n' \"$2\" \"$2\" \"$2\" | $holdfast events append \"$1\" --batch"
                + (json ? " --json" : ""),
            session,
            padded
        )
        #expect(run.code == 74)
        #expect(run.error.contains("The first event of the input is appended already"), "\(run.error)")
        #expect(!run.error.contains("try again"), "\(run.error)")
        if json { #expect(run.output.contains("\"appended\":1"), "\(run.output)") }
        #expect(try HoldfastProgram.run("events", "count", session).output.hasPrefix("1"))
    }

    /// Without care the journal's first file would be opened under number 1, and the result written into it.
    @Test(arguments: ["digest", "canon", "digest -"])
    func aClosedInputIsNoEmptyOne(words: String) throws {
        let run = try HoldfastProgram.shell("$holdfast \(words) 0<&-")
        #expect(run.code == 74)
        #expect(run.output.isEmpty)
        #expect(run.error.contains("standard input"))
    }

    @Test func closedStandardDescriptorsHarmNothing() throws {
        let temporary = try TemporaryDirectory()
        let words =
            "--grant g --nonce-digest sha256:\(String(repeating: "0", count: 64)) --actor a --action x --subject s"
        let journal = temporary.path + "/journal"
        let run = try HoldfastProgram.shell("$holdfast journal reserve \"$1\" \(words) 0<&- 1>&-", journal)
        #expect(run.code == 74)
        #expect(run.error.contains("a change that was made stands"))
        let silent = try HoldfastProgram.shell("$holdfast journal reserve \"$1\" \(words) 0<&- 1>&- 2>&-", journal)
        #expect(silent.code == 74)
        let verified = try HoldfastProgram.run("journal", "verify", journal)
        #expect(verified.code == 0)
        #expect(verified.output.hasPrefix("ok: 2 records"))
        #expect(verified.output.split(separator: "\n").count == 1)
    }

    @Test func wordsThatAreNotUTF8AreRefused() throws {
        let run = try HoldfastProgram.shell("$holdfast digest $'\\xff'")
        #expect(run.code == 64)
        #expect(run.error.contains("argument 2 is not valid UTF-8"))
    }

    @Test func coloursNeedATerminal() throws {
        let run = try HoldfastProgram.run("--help")
        #expect(!run.output.contains("\u{1B}"))
        #expect(!run.error.contains("\u{1B}"))
    }

    /// Many processes ask for the one use of a nonce at the same time.
    @Test func exactlyOneProcessWins() throws {
        let temporary = try TemporaryDirectory()
        let journal = temporary.path + "/journal"
        for round in 1...5 {
            let nonce = "sha256:" + String(repeating: String(round), count: 64)
            let words = [
                "journal", "reserve", journal, "--grant", "g", "--nonce-digest", nonce, "--actor", "a", "--action", "x",
                "--subject", "s", "--max-uses", "1", "--json", "--timeout", "60",
            ]
            let programs = try (0..<4).map { _ in try HoldfastProgram(words) }
            let results = programs.map { $0.wait() }
            #expect(results.map(\.code).sorted() == [0, 1, 1, 1], "\(results.map(\.error))")
            #expect(results.filter { $0.code == 1 }.allSatisfy { $0.output.contains("\"uses_exhausted\"") })
        }
        let verified = try HoldfastProgram.run("journal", "verify", journal, "--strict")
        #expect(verified.output.hasPrefix("ok: 5 records"), "\(verified.output)")
        #expect(verified.code == 0)
    }

    /// With a key, repeating a request is harmless however often and from wherever it comes.
    @Test func oneKeyIsOneUse() throws {
        let temporary = try TemporaryDirectory()
        let journal = temporary.path + "/journal"
        let words = [
            "journal", "reserve", journal, "--grant", "g", "--nonce-digest",
            "sha256:" + String(repeating: "a", count: 64),
            "--actor", "a", "--action", "x", "--subject", "s", "--max-uses", "1", "--idempotency-key", "k", "--json",
            "--timeout", "60",
        ]
        let programs = try (0..<4).map { _ in try HoldfastProgram(words) }
        let results = programs.map { $0.wait() }
        #expect(results.allSatisfy { $0.code == 0 }, "\(results.map(\.error))")
        #expect(results.filter { $0.output.contains("\"existing\":false") }.count == 1)
        #expect(try HoldfastProgram.run("journal", "list", journal, "--json").output.split(separator: "\n").count == 1)
    }

    @Test func aHeldLockIsToldApart() throws {
        let temporary = try TemporaryDirectory()
        let journal = temporary.path + "/journal"
        #expect(try HoldfastProgram.run("journal", "init", journal).code == 0)
        let revoke = "$holdfast journal revoke \"$1\" --grant g --grant-digest d --revoker r --json"
        let atOnce = try HoldfastProgram.shell("flock \"$1\" \(revoke) --timeout 0", journal)
        #expect(atOnce.code == 1)
        #expect(atOnce.output.contains("\"code\":\"lock_busy\""))
        let later = try HoldfastProgram.shell("flock \"$1\" \(revoke) --timeout 0.2", journal)
        #expect(later.code == 75)
        #expect(later.error.contains("locked by another process"))
        #expect(try HoldfastProgram.run("journal", "head", journal).output.hasPrefix("empty"))
    }
}
