import CrashTesting
import FileSystemSeam
import Testing

@Suite("What the clock shows in a recovery")
struct RecoveryClockTests {
    private static let day: UInt64 = 86_400_000_000_000

    /// However long the workload takes, what it wrote lies in the past of whoever recovers.
    @Test(arguments: [0, day - 1_000, day, 2 * day + 1, 400 * day])
    func itIsLaterThanAllThatTheWorkloadWrote(pause: UInt64) throws {
        func write(_ name: String, _ fileSystem: any FileSystem) throws {
            let directory = try fileSystem.openDirectory("/")
            let file = try directory.open(name, [.write, .create], permissions: .ownerFile)
            try file.writeAll(Array("\(fileSystem.wallClock().nanosecondsSinceEpoch)".utf8), at: 0)
            try file.sync(.full)
            try directory.sync()
        }
        let report = try CrashExplorer().explore { (fileSystem, _: (Int) -> Void) in
            try write("first", fileSystem)
            fileSystem.sleep(nanoseconds: pause)
            try write("second", fileSystem)
        } recover: { fileSystem in
            (fileSystem, fileSystem.wallClock().nanosecondsSinceEpoch)
        } check: { found, _ in
            let (fileSystem, now) = found
            let directory = try fileSystem.openDirectory("/")
            for name in ["first", "second"] where try directory.exists(name) {
                let modified = try directory.status(of: name).modified.nanosecondsSinceEpoch
                try CheckFailure.unless(modified < now, "\(name) was modified \(modified - now) ns after now")
                guard let written = Int64(try directory.text(name)) else { continue }
                try CheckFailure.unless(written < now, "\(name) was written \(written - now) ns after now")
            }
        }
        #expect(report.isClean && report.isExhaustive, "\(report)")
    }
}

extension Directory {
    fileprivate func text(_ name: String) throws -> String {
        String(decoding: try readFile(name, maximumBytes: 100), as: UTF8.self)
    }
}
