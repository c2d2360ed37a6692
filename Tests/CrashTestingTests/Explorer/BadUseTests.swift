import CrashTesting
import FileSystemSeam
import Testing

/// What an explorer makes of closures that break its rules: it says so, and never calls it a finding about the store,
/// except for a recovery that does not end, which is one.
@Suite struct BadUseTests {
    private func explore(
        _ workload: @escaping (any Directory, (Int) -> Void) throws -> Void
    ) throws -> CrashReport {
        try CrashExplorer().explore { (fileSystem, acknowledge: (Int) -> Void) in
            try workload(try fileSystem.openDirectory("/"), acknowledge)
        } recover: { _ in
        } check: { _, _ in
        }
    }

    @Test func aWorkloadThatIsNotDeterministicIsNamed() {
        var runs = 0
        func fails(_ words: String, _ workload: @escaping (any Directory, (Int) -> Void) throws -> Void) {
            runs = 0
            let error = #expect(throws: CrashTestingError.self) {
                _ = try explore { directory, acknowledge in
                    runs += 1
                    try workload(directory, acknowledge)
                }
            }
            let text = error?.description ?? ""
            #expect(text.hasPrefix("the workload is not deterministic") && text.contains(words), "\(text)")
        }
        fails("it first did \"2 makeDirectory run-1\", the second time \"2 makeDirectory run-2\"") { directory, _ in
            try directory.makeDirectory("run-\(runs)", permissions: .ownerDirectory)
        }
        fails("it made 3 operations, the second time 2") { directory, _ in
            _ = try directory.entries()
            if runs == 1 { try directory.sync() }
        }
        fails("it wrote other bytes the second time in \"3 write a 1 bytes at 0\"") { directory, _ in
            let file = try directory.open("a", [.write, .create], permissions: .ownerFile)
            _ = try file.write([UInt8(runs)].span, at: 0)
        }
        fails("it acknowledged other things") { _, acknowledge in acknowledge(runs) }
    }

    @Test func aRecoveryThatIsNotDeterministicIsNamed() {
        var runs = 0
        let error = #expect(throws: CrashTestingError.self) {
            _ = try CrashExplorer().explore { (fileSystem, acknowledge: (Int) -> Void) in
                try fileSystem.openDirectory("/").makeDirectory("a", permissions: .ownerDirectory)
                acknowledge(1)
            } recover: { fileSystem in
                runs += 1
                let directory = try fileSystem.openDirectory("/")
                _ = try? directory.status(of: runs % 2 == 0 ? "a" : "b")
            } check: { _, _ in
            }
        }
        #expect(error?.description.contains("recovery is not deterministic") == true)
    }

    @Test func aCheckThatContradictsItselfIsNotAFinding() {
        var checks = 0
        let error = #expect(throws: CrashTestingError.self) {
            _ = try CrashExplorer().explore { (fileSystem, _: (Int) -> Void) in
                try fileSystem.openDirectory("/").makeDirectory("a", permissions: .ownerDirectory)
            } recover: {
                try $0.openDirectory("/").exists("a")
            } check: { _, _ in
                checks += 1
                try CheckFailure.unless(checks != 2, "the second one")
            }
        }
        #expect(
            error?.description
                == "the recovery, or its check, is not deterministic: it failed with \"the second one\", and "
                + "held when the same state was tried again; take time, randomness and order from the file system only"
        )
    }

    @Test func aBrokenCheckIsNotAFindingAndItsStateIsNamed() throws {
        struct Broken: Error {}
        func workload(_ fileSystem: any FileSystem, _ acknowledge: (Int) -> Void) throws {
            try fileSystem.openDirectory("/").makeDirectory("a", permissions: .ownerDirectory)
        }
        func recover(_ fileSystem: any FileSystem) throws -> Bool { try fileSystem.openDirectory("/").exists("a") }
        var thrown: CrashTestingError?
        do {
            _ = try CrashExplorer().explore(workload: workload, recover: recover) { found, _ in
                if found { throw Broken() }
            }
        } catch let error as CrashTestingError { thrown = error }
        guard case .checkIsBroken(let cause, let token)? = thrown else {
            Issue.record("it threw \(String(describing: thrown))")
            return
        }
        #expect(cause is Broken)
        // The token leads to that very state.
        let failure = try CrashExplorer().replay(token, workload: workload, recover: recover) { found, _ in
            try CheckFailure.unless(!found, "here it is")
        }
        #expect(failure == "here it is")
    }

    /// A directory that is not synced; the recovery does not end when it is there.
    private func exploreHang(_ hang: @escaping (any FileSystem, any Directory) throws -> Void) throws -> String {
        func workload(_ fileSystem: any FileSystem, _ acknowledge: (Int) -> Void) throws {
            try fileSystem.openDirectory("/").makeDirectory("a", permissions: .ownerDirectory)
        }
        func recover(_ fileSystem: any FileSystem) throws {
            let directory = try fileSystem.openDirectory("/")
            if try directory.exists("a") { try hang(fileSystem, directory) }
        }
        let report = try CrashExplorer().explore(workload: workload, recover: recover) { _, _ in }
        let finding = try #require(report.findings.first)
        #expect(report.findings.count == 1 && report.statistics.states == 2, "\(report)")
        #expect(
            try CrashExplorer().replay(finding.token, workload: workload, recover: recover) { _, _ in }
                == finding.message
        )
        return finding.message
    }

    @Test func aRecoveryThatDoesNotEndIsAFindingWithItsToken() throws {
        let operations = try exploreHang { _, directory in while true { _ = try directory.entries() } }
        #expect(operations == "the recovery does not end: it makes more than 10000 operations")
        // The error in the end is swallowed; the finding is the same.
        let swallowed = try exploreHang { _, directory in
            while (try? directory.status()) != nil {}
        }
        #expect(swallowed == operations)
        let idle = try exploreHang { fileSystem, directory in
            while try directory.status().kind == .directory {
                for _ in 0..<1000 { fileSystem.sleep(nanoseconds: 1_000_000) }
            }
        }
        #expect(idle == "the recovery does not end: it looks at the clock or sleeps more than 10000 times")
    }

    @Test func aRecoveryThatWaitsForItselfIsAFinding() throws {
        let message = try exploreHang { _, directory in
            let other = try directory.reopened()
            _ = try directory.lock(.exclusive, blocking: true)
            _ = try other.lock(.shared, blocking: true)
        }
        #expect(message == "the recovery does not end: it waits for a lock that is not released")
    }

    @Test func aCheckThatDoesNotEndIsAFinding() throws {
        let report = try CrashExplorer().explore { (_, _: (Int) -> Void) in
        } recover: {
            try $0.openDirectory("/")
        } check: { directory, _ in
            while true { _ = try directory.entries() }
        }
        let message = "the check does not end: it makes more than 10000 operations"
        #expect(report.findings.map(\.message) == [message], "\(report)")
    }

    @Test func aWorkloadThatDoesNotEndIsNamed() {
        let error = #expect(throws: CrashTestingError.self) {
            _ = try explore { directory, _ in
                let other = try directory.reopened()
                _ = try directory.lock(.exclusive, blocking: true)
                _ = try other.lock(.exclusive, blocking: true)
            }
        }
        #expect(error?.description == "the workload does not end: it waits for a lock that is not released")
    }

    @Test func aRecoveryThatNothingStopsEndsTheProcessAndNamesItsState() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try CrashExplorer().explore { (fileSystem, _: (Int) -> Void) in
                try fileSystem.openDirectory("/").makeDirectory("a", permissions: .ownerDirectory)
            } recover: { fileSystem in
                while true { _ = try? fileSystem.openDirectory("/") }
            } check: { _, _ in
            }
        }
        let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(
            said.contains("it makes more than 10000 operations and all else fails; replay: posixMinimal:0:0"),
            "\(said)"
        )
    }
}
