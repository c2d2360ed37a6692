import FileSystemSeam
import Foundation
import LockKit
import TestSupport
import Testing

@Suite("holdfast lock run as a process")
struct LockRunTests {
    @Test func theCommandHasItsExitCodeItsWordsAndItsStreams() throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.shell(
            "printf in | $holdfast lock run \"$1/lock\" -- sh -c 'cat; echo \"[$1] [$2]\"; echo e >&2; exit 7' - 'a b' ''",
            temporary.path
        )
        #expect(run.code == 7)
        #expect(run.output == "in[a b] []\n")
        #expect(run.error == "e\n")
        #expect(try LockLook.isFree(temporary.path + "/lock"))
    }

    /// As flock(1) does it: names of files are bytes.
    @Test func theCommandsWordsNeedBeNoText() throws {
        let temporary = try TemporaryDirectory()
        let command = "printf '%s|' $'a\\xff\\xfeb' $'\\xef\\xbf\\xbd' -- '' | od -An -tx1 | tr -d ' \\n'"
        let held = command.replacing("printf", with: "$holdfast lock run \"$1/lock\" -- printf")
        let bytes = try HoldfastProgram.shell(held, temporary.path)
        #expect(bytes.code == 0, "\(bytes.error)")
        #expect(bytes.output == "61fffe627cefbfbd7c2d2d7c7c")
        // PATH and the command behind --, the latter half before it.
        for words in ["-- \"$1/lock\" echo $'\\xff'", "\"$1/lock\" echo -- $'\\xff'"] {
            let run = try HoldfastProgram.shell("$holdfast lock run \(words) | od -An -tx1", temporary.path)
            #expect(run.output == " ff 0a\n", "\(run.error)")
        }
        for words in ["\"$1/l\"$'\\xff' -- true", "-- \"$1/l\"$'\\xff' true", "--timeout $'\\xff' l -- true"] {
            let run = try HoldfastProgram.shell("$holdfast lock run \(words)", temporary.path)
            #expect(run.code == 64 && run.error.contains("is not valid UTF-8"), "\(run.error)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == ["lock"])
    }

    /// What the page about lock files shows of an operator's key and decision, as it stands there.
    @Test(.enabled(if: hasOpenSSL, "no openssl in PATH"))
    func theOperatorsCommandsDoWhatThePageSays() throws {
        let page = try FileTree.package.text(of: "docs/formats/lock-marker.md")
        let commands = try #require(page.firstMatch(of: #/```sh\n((?s).*?)```/#)?.1)
        #expect(commands.contains("genpkey") && commands.contains("lock takeover"))
        let temporary = try TemporaryDirectory()
        let store = temporary.path + "/store"
        try PosixFileSystem.shared.openDirectory(temporary.path).makeDirectory("store", permissions: .ownerDirectory)
        #expect(try LockWorker("marker-exit", store).finish().end == .exited(0))
        let run = try HoldfastProgram.shell(
            "set -e; cd \"$1\"; holdfast() { \"$0\" \"$@\"; }\n\(commands)\nstat -c %a ada.key",
            temporary.path
        )
        #expect(run.code == 0, "\(run.error)")
        #expect(run.output.hasPrefix("state:    stale\n"))
        #expect(run.output.contains("process:  gone\n"))
        #expect(run.output.contains("\nmoved to .cortex-restore-active-store.lock.stale-"))
        #expect(run.output.hasSuffix("\n600\n"))
        #expect(try MarkerLock(inDirectory: store, fileSystem: PosixFileSystem.shared).inspect().state == .idle)
    }

    private static let hasOpenSSL = (try? HoldfastProgram.shell("command -v openssl"))?.code == 0

    @Test func theLockIsHeldAsLongAsTheCommandRuns() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/lock"
        let inside = try HoldfastProgram.run(
            "lock",
            "run",
            path,
            "--",
            HoldfastProgram.path,
            "lock",
            "run",
            path,
            "--timeout",
            "0",
            "--",
            "true"
        )
        #expect(inside.code == 1)
        #expect(inside.error.contains("was locked by another holder"))
        let shared = try HoldfastProgram.run(
            "lock",
            "run",
            path,
            "--shared",
            "--",
            HoldfastProgram.path,
            "lock",
            "run",
            path,
            "--shared",
            "--timeout",
            "0",
            "--",
            "true"
        )
        #expect(shared.code == 0)
        let seen = try HoldfastProgram.run("lock", "run", path, "--", HoldfastProgram.path, "lock", "inspect", path)
        #expect(seen.output.hasPrefix("state:    held, exclusively\nheld by:  process "))
        #expect(try LockLook.isFree(path))
    }

    /// The command has taken the place of holdfast, and its end, however it comes, is the end of the lock.
    @Test func theLockIsTheCommands() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/lock"
        let process = try ChildProcess(HoldfastProgram.path, ["lock", "run", path, "--", "sleep", "300"])
        let name = "/proc/\(process.processID)/comm"
        while try String(contentsOfFile: name, encoding: .utf8) != "sleep\n" { usleep(1000) }
        #expect(try LockLook.isHeld(path))
        // Not a signal that can be blocked: which ones are, the command inherits from the thread that starts it.
        process.kill()
        #expect(process.lines() == [] && process.wasKilled)
        #expect(try LockLook.isFree(path))
    }

    @Test func aDirectoryIsLockedItself() throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.run(
            "lock",
            "run",
            temporary.path,
            "--",
            "flock",
            "-n",
            temporary.path,
            "true"
        )
        #expect(run.code == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == [])
        #expect(try HoldfastProgram.shell("flock -n \"$1\" true", temporary.path).code == 0)
    }

    /// As the manual of flock(1) shows it: a program or script is its own lock file.
    @Test(arguments: ["cp /bin/sleep own", "printf '#!/bin/sh\\nexec sleep $1\\n' > own"])
    func aCommandCanBeItsOwnLockFile(_ make: String) throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.shell(
            """
            cd "$1"; \(make); chmod 755 own; $holdfast lock run ./own -- ./own 0 || exit 9
            ./own 300 & running=$!
            $holdfast lock run ./own --timeout 0 -- flock -n -E 7 own true; echo $?
            $holdfast lock run ./own -- echo done; kill -KILL $running
            """,
            temporary.path
        )
        #expect(run.code == 0, "\(run.error)")
        #expect(run.output == "7\ndone\n", "\(run.error)")
    }

    private static let canMakeImmutable: Bool = {
        let line = "f=$(mktemp); chattr +i $f && chattr -i $f; code=$?; rm -f $f; exit $code"
        return (try? HoldfastProgram.shell(line))?.code == 0
    }()

    /// A good guard against whoever removes lock files.
    @Test(.enabled(if: canMakeImmutable, "no file can be made immutable here"))
    func anImmutableFileCanBeLocked() throws {
        let temporary = try TemporaryDirectory(in: "/tmp")
        let run = try HoldfastProgram.shell(
            "cd \"$1\"; touch lock; chmod 600 lock; chattr +i lock; $holdfast lock run lock -- flock -n lock true; code=$?; "
                + "chattr -i lock; exit $code",
            temporary.path
        )
        #expect(run.code == 1, "\(run.error)")
        #expect(run.error == "")
    }

    /// `SIGPIPE` is ignored by holdfast, and must not be by the command.
    @Test func aBrokenPipeEndsTheCommand() throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.shell(
            "$holdfast lock run \"$1/lock\" -- yes | head -1; exit ${PIPESTATUS[0]}",
            temporary.path
        )
        #expect(run.code == 141)
        #expect(run.output == "y\n")
    }

    /// Whoever started holdfast with `SIGPIPE` ignored, as `nohup` does with `SIGHUP`, wants the command to run so.
    @Test func aSignalThatWasIgnoredStaysIgnored() throws {
        let temporary = try TemporaryDirectory()
        let command = "$holdfast lock run \"$1/lock\" -- sh -c 'kill -PIPE $$; echo alive'"
        let ignored = try HoldfastProgram.shell("trap '' PIPE; \(command)", temporary.path)
        #expect(ignored.output == "alive\n")
        #expect(ignored.code == 0)
        let usual = try HoldfastProgram.shell(command, temporary.path)
        #expect(usual.output == "")
    }

    /// Each of these adds one to a number in a file.
    @Test func commandsTakeTurns() throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.shell(
            "cd \"$1\"; echo 0 > n; for i in $(seq 20); do "
                + "$holdfast lock run lock -- sh -c 'n=$(cat n); echo $((n + 1)) > n' & done; wait; cat n",
            temporary.path
        )
        #expect(run.output == "20\n")
    }
}
