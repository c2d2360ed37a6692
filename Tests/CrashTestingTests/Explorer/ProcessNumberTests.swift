import CrashTesting
import FileSystemSeam
import Testing

/// Workloads and recoveries that start processes of their own, and write down their numbers.
@Suite struct ProcessNumberTests {
    private static func note(_ fileSystem: any FileSystem, _ name: String) throws {
        let text = "\(fileSystem.processIdentity.processID)"
        try fileSystem.openDirectory("/").replaceAtomically(name, with: Array(text.utf8))
    }

    private static func number(_ fileSystem: any FileSystem, _ name: String) throws -> String {
        let directory = try fileSystem.openDirectory("/")
        guard try directory.exists(name) else { return "" }
        return String(decoding: try directory.readFile(name, maximumBytes: 20), as: UTF8.self)
    }

    @Test func bootedProcessesHaveTheSameNumbersInEveryRun() throws {
        let report = try CrashExplorer().explore { (fileSystem, acknowledge: (Int) -> Void) in
            let disk = try #require(fileSystem as? SimFS).disk
            try Self.note(disk.boot(), "first")
            let second = disk.boot()
            try Self.note(second, "second")
            disk.kill(second)
            acknowledge(1)
        } recover: { fileSystem in
            let disk = try #require(fileSystem as? SimFS).disk
            // By a recovery that was crashed, when this is the second one.
            let earlier = try Self.number(fileSystem, "third")
            try Self.note(disk.boot(), "third")
            return try ["first", "second", "third"].map { try Self.number(fileSystem, $0) } + [earlier]
        } check: { numbers, acknowledged in
            let known = numbers.filter { !$0.isEmpty }
            try CheckFailure.unless(Set(known).count == known.count, "two have one number: \(numbers)")
            try CheckFailure.unless(known.count >= 3 || acknowledged.isEmpty, "one is missing: \(numbers)")
        }
        #expect(report.isClean, "\(report)")
    }

    @Test func theWorkloadIsAnotherProcessThanWhoPreparedTheDisk() throws {
        let report = try CrashExplorer().explore { fileSystem in
            try Self.note(fileSystem, "prepared")
        } workload: { (fileSystem, acknowledge: (Bool) -> Void) in
            acknowledge(try Self.number(fileSystem, "prepared") == "\(fileSystem.processIdentity.processID)")
        } recover: { _ in
        } check: { _, acknowledged in
            try CheckFailure.unless(!acknowledged.contains(true), "it takes the mark for its own")
        }
        #expect(report.isClean, "\(report)")
    }
}
