import CrashTesting
import FileSystemSeam
import Testing

/// What a small workload takes; how many states a second there are is measured by a benchmark.
@Suite(.serialized) struct SpeedTests {
    @Test func sixOperationsAreExhaustiveInUnderASecond() throws {
        // Twelve unsynced sectors in six operations, all read by the recovery.
        let report = try CrashExplorer().explore { (fileSystem, _: (Int) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            let file = try directory.open("a", [.write, .create], permissions: .ownerFile)
            for write in 0..<3 { try file.writeAll([UInt8](repeating: 7, count: 2048), at: Int64(write) * 2048) }
            try directory.rename("a", to: "b", in: directory, exclusive: false)
        } recover: { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            return try directory.entries().map {
                try directory.open($0.name, [.read], permissions: .ownerFile).readAll(maximumBytes: 10_000)
            }
        } check: { _, _ in
        }
        #expect(report.statistics.mode == "exhaustive", "\(report)")
        #expect(report.statistics.states > 1 << 12, "\(report)")
        print("six operations: \(report)")
        // A second is the promise for a release build; debug builds take up to thirty times as long.
        #if DEBUG
        #expect(report.statistics.seconds < 30, "\(report)")
        #else
        #expect(report.statistics.seconds < 1, "\(report)")
        #endif
    }
}
