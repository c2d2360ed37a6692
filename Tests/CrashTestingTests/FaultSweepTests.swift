import CrashTesting
import FileSystemSeam
import Testing

@Suite struct FaultSweepTests {
    /// A one-number log whose syncs either count or do not.
    private func sweep(believesSyncs: Bool) throws -> FaultSweep.Report {
        try FaultSweep().run { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            _ = try directory.open("log", [.write, .create], permissions: .ownerFile)
            try directory.sync()
        } workload: { (fileSystem, acknowledge: (UInt8) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            let file = try directory.open("log", [.write], permissions: .ownerFile)
            for value in 1...2 as ClosedRange<UInt8> {
                try file.writeAll([value], at: Int64(value) - 1)
                do { try file.sync(.data) } catch { if believesSyncs { throw error } }
                acknowledge(value)
            }
        } isOwnError: {
            $0 is FileSystemError
        } recover: { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            return try directory.open("log", [.read], permissions: .ownerFile).readAll(maximumBytes: 100)
        } check: { bytes, acknowledged in
            try CheckFailure.unless(bytes.starts(with: acknowledged), "\(bytes) after \(acknowledged)")
        }
    }

    @Test func aStoreThatTakesErrorsSeriouslyIsClean() throws {
        let report = try sweep(believesSyncs: true)
        #expect(report.isClean, "\(report)")
        #expect(report.plansThatThrew > 10 && report.plans > 30, "\(report)")
    }

    @Test func aSwallowedErrorIsFoundWithItsFault() throws {
        let report = try sweep(believesSyncs: false)
        #expect(report.findings.contains { $0.description.contains("sync #1 fails: ") }, "\(report)")
        #expect(report.findings.allSatisfy { $0.description.contains("sync #") }, "\(report)")
    }
}
