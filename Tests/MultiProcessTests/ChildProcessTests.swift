import Foundation
import Testing

/// The other tests of this target take a process for killed, or for done, by what its wrapper says.
@Suite("Processes that tests start")
struct ChildProcessTests {
    private func shell(_ line: String) throws -> ChildProcess { try ChildProcess("/bin/sh", ["-c", line]) }

    @Test func linesAreGivenOnce() throws {
        let child = try shell("echo a; echo b; echo c; printf d")
        child.waitForLine()
        #expect(child.nextLine() == "a")
        #expect(child.nextLine() == "b")
        #expect(child.text() == "c\nd")
        #expect(child.end == .exited(0))
        #expect(child.nextLine() == nil)
    }

    @Test func whoeverIsKilledFromHereMayLeaveHalfALine() throws {
        let child = try shell("echo a; printf b; exec sleep 300")
        child.waitForLine()
        child.kill()
        #expect(child.lines() == ["a"])
        #expect(child.wasKilled)
    }

    @Test func whoeverIsDoneBeforeItIsKilledIsDone() throws {
        let child = try shell("echo a")
        #expect(child.text() == "a\n")
        child.kill()
        #expect(child.end == .exited(0))
    }

    /// A trap, a signal from elsewhere, an exit code and half a line are issues, where others count on what a process
    /// did.
    @Test(arguments: ["kill -ILL $$", "kill -TRAP $$", "kill -KILL $$", "exit 1", "printf half"])
    func anotherEndIsAnIssue(line: String) throws {
        let child = try shell("echo a; \(line)")
        withKnownIssue { #expect(child.lines() == ["a"]) }
        #expect(!child.wasKilled)
    }
}
