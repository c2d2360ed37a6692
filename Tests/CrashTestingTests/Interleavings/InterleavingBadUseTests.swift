import CrashTesting
import FileSystemSeam
import Testing

/// What the interleaving explorer makes of processes and checks that break its rules.
@Suite struct InterleavingBadUseTests {
    private typealias Process = @Sendable (any FileSystem, (Int) -> Void) throws -> Void

    private let looks: Process = { fileSystem, _ in _ = try fileSystem.openDirectory("/").exists("a") }

    @Test func processesThatAreNotDeterministicAreNamed() {
        let runs = Condition(0)
        let changing: Process = { fileSystem, _ in
            let run = runs.withLock {
                $0 += 1
                return $0
            }
            let directory = try fileSystem.openDirectory("/")
            for _ in 0..<run % 3 { _ = try directory.exists("a") }
        }
        let error = #expect(throws: CrashTestingError.self) {
            _ = try InterleavingExplorer().explore(processes: [changing, looks], check: { _, _ in })
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("the work of the processes is not deterministic: in schedule"), "\(text)")
    }

    @Test func aFailureThatDoesNotComeBackIsNotAFinding() {
        var checks = 0
        let error = #expect(throws: CrashTestingError.self) {
            _ = try InterleavingExplorer().explore(processes: [looks, looks]) { _, _ in
                checks += 1
                try CheckFailure.unless(checks != 3, "the third one")
            }
        }
        #expect(error?.description.contains("it failed with \"the third one\", then it held") == true)
    }

    @Test func aCheckThatWaitsForALockThatNobodyReleasesIsAFinding() throws {
        let report = try InterleavingExplorer().explore(processes: [looks, looks]) { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            let other = try directory.reopened()
            _ = try directory.lock(.exclusive, blocking: true)
            _ = try other.lock(.exclusive, blocking: true)
        }
        #expect(report.failure == "the check does not end: it waits for a lock that is not released", "\(report)")
    }

    @Test func oneProcessThatWaitsForItselfIsADeadlock() throws {
        let waits: Process = { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            let other = try directory.reopened()
            _ = try directory.lock(.exclusive, blocking: true)
            _ = try other.lock(.exclusive, blocking: true)
        }
        let report = try InterleavingExplorer().explore(processes: [waits, looks], check: { _, _ in })
        #expect(report.failure == "deadlock: process 1 waits for what nobody releases", "\(report)")
    }

    @Test func aLongScriptIsShownInPart() throws {
        let polls: Process = { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            while try !directory.exists("a") {}
        }
        let report = try InterleavingExplorer().explore(processes: [polls, looks], check: { _, _ in })
        #expect(report.failure == "the processes did not end within 5000 operations")
        #expect(
            report.script.count > 5000 && report.description.contains("\n    … \(report.script.count - 200) more …\n")
        )
        #expect(report.description.split(separator: "\n").count == 203)
    }

    @Test func processesThatNothingStopsEndTheProgramAndOneIsNamed() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let looks: Process = { fileSystem, _ in _ = try fileSystem.openDirectory("/") }
            let sleeps: Process = { fileSystem, _ in while true { fileSystem.sleep(nanoseconds: 1_000) } }
            _ = try InterleavingExplorer().explore(processes: [looks, sleeps], check: { _, _ in })
        }
        let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(said.contains("all else fails; it was the turn of process 2 of 2"), "\(said)")
    }
}
