import CrashTesting
import FileSystemSeam
import Testing

/// How fast states are recovered and checked. Debug builds are 8 to 30 times slower and only run through it.
@Suite(.serialized) struct SpeedTests {
    /// Replaces a two-sector file; the recovery also looks at what a crash left of the temporary one.
    private func explore(values: UInt8) throws -> CrashReport {
        try CrashExplorer().explore { (fileSystem, acknowledge: (UInt8) -> Void) in
            let store = ReplaceStore(directory: try fileSystem.openDirectory("/"))
            for value in 1...values {
                try store.set(value)
                acknowledge(value)
            }
        } recover: { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            _ = try Self.read(directory, "tmp")
            return try Self.read(directory, "current")
        } check: { value, acknowledged in
            let last = acknowledged.last ?? 0
            try CheckFailure.unless(value == last || value == last + 1, "\(value) after \(acknowledged)")
        }
    }

    private static func read(_ directory: any Directory, _ name: String) throws -> UInt8 {
        let file: any File
        do throws(FileSystemError) {
            file = try directory.open(name, [.read], permissions: .ownerFile)
        } catch {
            if error.code == .noEntry { return 0 }
            throw error
        }
        var bytes = [UInt8](repeating: 0, count: 600)
        var span = bytes.mutableSpan
        _ = try file.read(into: &span, at: 0)
        return bytes[0] == bytes[599] ? bytes[0] : 0
    }

    @Test func statesPerSecond() throws {
        var states = 0
        var runs = 0
        var seconds = 0.0
        let clock = ContinuousClock()
        let start = clock.now
        #if DEBUG
        let rounds = 1
        #else
        let rounds = 300
        #endif
        for _ in 0..<rounds {
            let report = try explore(values: 10)
            #expect(report.isClean, "\(report)")
            states += report.statistics.states
            runs += report.statistics.runs
            seconds += report.statistics.seconds
        }
        let total =
            Double((clock.now - start).components.attoseconds) * 1e-18
            + Double((clock.now - start).components.seconds)
        print("crash.explore: \(states) states, \(runs) runs, \(Int(Double(states) / seconds)) states/s,")
        print("  \(Int(Double(states) / total)) states/s with recording")
        #if !DEBUG
        #expect(Double(states) / seconds > 100_000, "half the target, so that a busy machine does not fail it")
        #endif
    }

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
