import CrashTesting
import FileSystemSeam
import Testing

@Suite("Replay tokens")
struct ReplayTokenTests {
    /// A counter in one file; the careless one does not sync what it writes.
    private struct Counter {
        var syncs = true

        func work(_ fileSystem: any FileSystem, _ acknowledge: (UInt8) -> Void) throws {
            let directory = try fileSystem.openDirectory("/")
            for number: UInt8 in 1...2 {
                let file = try directory.open("new", [.write, .create, .truncate], permissions: .ownerFile)
                try file.writeAll([number], at: 0)
                if syncs { try file.sync(.data) }
                try file.close()
                try directory.rename("new", to: "counter", in: directory, exclusive: false)
                try directory.sync()
                acknowledge(number)
            }
        }

        static func recover(_ fileSystem: any FileSystem) throws -> UInt8 {
            let directory = try fileSystem.openDirectory("/")
            guard try directory.exists("counter") else { return 0 }
            return try directory.readFile("counter", maximumBytes: 1).first ?? 0
        }

        static func check(_ value: UInt8, _ acknowledged: [UInt8]) throws {
            try CheckFailure.unless(value >= acknowledged.last ?? 0, "\(value) after \(acknowledged)")
        }

        func explore(_ model: PersistenceModel) throws -> CrashReport {
            try CrashExplorer(model).explore(workload: work, recover: Self.recover, check: Self.check)
        }

        func replay(_ text: String, by explorer: CrashExplorer = CrashExplorer()) throws -> String? {
            let token = try #require(ReplayToken(text))
            #expect(token.description == text)
            return try explorer.replay(token, workload: work, recover: Self.recover, check: Self.check)
        }

        func refusal(_ text: String) throws -> String {
            do {
                _ = try replay(text)
                return "it is accepted"
            } catch let error as CrashTestingError { return error.description }
        }
    }

    @Test(arguments: PersistenceModel.all) func theModelIsTheTokens(model: PersistenceModel) throws {
        // With delayed allocation, replacing a file syncs it on ext4; elsewhere the new name may come first.
        guard let finding = try Counter(syncs: false).explore(model).findings.first else { return }
        #expect(finding.token.model == model.name)
        #expect(try Counter(syncs: false).replay(finding.token.description) == finding.message)
    }

    @Test func aModelOfOnesOwnIsTheExplorers() throws {
        var model = PersistenceModel.posixMinimal
        model.name = "mine"
        let token = try #require(try Counter(syncs: false).explore(model).findings.first?.token.description)
        #expect(try Counter(syncs: false).replay(token, by: CrashExplorer(model)) != nil)
        #expect(try Counter(syncs: false).refusal(token).contains("there is no model mine"))
    }

    @Test func aTokenThatNamesNoStateIsRefusedWithTheReason() throws {
        let counter = Counter(syncs: false)
        let finding = try #require(try counter.explore(.posixMinimal).findings.first)
        let parts = finding.token.description.split(separator: ":").map(String.init)
        let (point, survivors) = (parts[1], try #require(UInt64(parts[2], radix: 16)))
        for (token, reason) in [
            ("posixMinimal:9999:1", "crash points, and none with the number 9999"),
            ("posixMinimal:-1:1", "none with the number -1"),
            ("posixMinimal:\(point):\(String(survivors | 1 << 40, radix: 16))", "and it names number 40"),
            ("posixMinimal:\(point):\(parts[2]).0", "1 word and not 2"),
            ("posixMinimal:\(point):0", "is durable at crash point"),
            ("posixMinimal:\(point):\(parts[2]):7777:0", "in the recovery, there are"),
        ] {
            let text = try counter.refusal(token)
            #expect(text.contains(reason) && text.contains(token), "\(text)")
        }
    }

    @Test func aTokenWhoseFaultMeetsNoCallIsRefused() throws {
        let counter = Counter(syncs: false)
        let finding = try #require(try counter.explore(.posixMinimal).findings.first)
        #expect(try counter.refusal("\(finding.token)+sync#9=EIO").contains("0 of its 1 faults met a call"))
        #expect(try counter.replay("\(finding.token)") == finding.message)
    }

    @Test func aTokenNamesOnlyFaultsThatMetACall() throws {
        var explorer = CrashExplorer()
        explorer.faults = FaultPlan([
            FaultPlan.Entry(.sync, occurrence: 2, .lyingSync), FaultPlan.Entry(.sync, occurrence: 9, .lyingSync),
        ])
        let counter = Counter()
        let report = try explorer.explore(workload: counter.work, recover: Counter.recover, check: Counter.check)
        let finding = try #require(report.findings.first)
        #expect(finding.token.description.hasSuffix("+sync#2=lies"), "\(finding)")
        #expect(try counter.replay("\(finding.token)") == finding.message)
    }

    @Test func aTokenOfAWorkloadThatWasRepairedIsRefusedWithTheRemedy() throws {
        let finding = try #require(try Counter(syncs: false).explore(.posixMinimal).findings.first)
        let text = try Counter(syncs: true).refusal("\(finding.token)")
        #expect(text.contains("names no state of this workload") && text.contains("explore again when"), "\(text)")
    }

    @Test(arguments: [
        "", "posixMinimal", "posixMinimal:1", "posixMinimal:x:1", "posixMinimal:1:", "posixMinimal:1:g",
        "posixMinimal:1:1:2", "posixMinimal:1:1:2:", "posixMinimal:1:1..2", "posixMinimal:1:1+",
        "posixMinimal:1:1+sync", "posixMinimal:1:1!", "posixMinimal:1:1!sync#1=EIO+read#1=EIO", "posixMinimal:1:1!sync",
        "posixMinimal:1:1+sync#0=EIO", "posixMinimal:1:1+sync#1=", "posixMinimal:1:1+sink#1=EIO",
        "posixMinimal:1:1+sync#1=EWHAT", "posixMinimal:1:1+read#1=bit",
        "posixMinimal:1:1+write#1=off9223372036854775807",
        "posixMinimal:1:1+write#1=off-9223372036854775808", "posixMinimal:1:1+write#1=off4294967296",
    ])
    func whatIsNoTokenIsNotRead(text: String) { #expect(ReplayToken(text) == nil) }

    @Test(arguments: [
        "xfs:0:0", "xfs:3:1f.0", "xfs:3:1f:2:3", "xfs:3:1f+sync#2=EIO", "xfs:3:1f:1:1+read#1=bit3+write#2=short1",
        "xfs:1:1+syncDirectory#1=lies", "xfs:1:1+append#12=off-1", "xfs:1:1+append#12=off-4294967295",
        "xfs:1:1!read#1=EIO", "xfs:1:1+rename#2=killed", "ext4%2Bdioread_lock:6:d", "%25%3A%21:6:d",
        "xfs:1:1:0:2.3!sync#1=EIO!read#2=bit7", "xfs:1:1+read#1=bit-8",
        "xfs:1:1+open#1=EACCES+open#2=errno4095",
    ])
    func everyFormIsWrittenAsItWasRead(text: String) throws {
        #expect(try #require(ReplayToken(text)).description == text)
    }

    @Test func aFindingOfASweepIsReplayedUnderItsFaults() throws {
        // A copy that believes whatever it reads.
        func prepare(_ fileSystem: any FileSystem) throws {
            let directory = try fileSystem.openDirectory("/")
            try directory.open("a", [.write, .create], permissions: .ownerFile).writeAll([1], at: 0)
        }
        func copy(_ fileSystem: any FileSystem, _ acknowledge: (UInt8) -> Void) throws {
            let directory = try fileSystem.openDirectory("/")
            let bytes = try directory.readFile("a", maximumBytes: 1)
            try directory.replaceAtomically("counter", with: bytes, permissions: .ownerFile)
            acknowledge(1)
        }
        func check(_ value: UInt8, _ acknowledged: [UInt8]) throws {
            try CheckFailure.unless(value == acknowledged.last ?? value, "\(value) after \(acknowledged)")
        }
        var sweep = FaultSweep()
        sweep.triesPairs = false
        sweep.faults = { $0 == .read ? [.flippedBit(3)] : [] }
        let report = try sweep.run(
            prepare: prepare,
            workload: copy,
            isOwnError: { $0 is FileSystemError },
            recover: Counter.recover,
            check: check
        )
        let finding = try #require(report.findings.first)
        #expect(report.findings.count == 1 && report.description.contains("\n  1 finding\n"), "\(report)")
        #expect(finding.message.contains("missing: a checksum that exposes changed bytes"), "\(finding)")
        let words = try #require(finding.message.components(after: "replay: "))
        let token = try #require(ReplayToken(words))
        #expect(token.faults == finding.plan)
        func replay(_ token: ReplayToken) throws -> String? {
            try CrashExplorer()
                .replay(token, prepare: prepare, workload: copy, recover: Counter.recover, check: check)
        }
        #expect(try replay(token) == "9 after [1]")
        var without = token
        without.faults = FaultPlan()
        #expect(try replay(without) == nil, "without its faults the state is a sound one")
    }
}

extension String {
    /// What follows the first occurrence of some words, up to the end of the line.
    fileprivate func components(after words: String) -> String? {
        guard let range = firstRange(of: words) else { return nil }
        return String(self[range.upperBound...].prefix { $0 != "\n" })
    }
}
