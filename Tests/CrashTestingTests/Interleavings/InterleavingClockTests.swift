import CrashTesting
import FileSystemSeam
import Testing

/// Looks at the clock are turns, too, where somebody lets time go by.
@Suite struct InterleavingClockTests {
    private typealias Process = @Sendable (any FileSystem, (Int) -> Void) throws -> Void

    /// Changes a name, notes what the directory is now and which file the log is, and relies on that while the stamp
    /// vouches for it.
    private static func reader(makesTheStampFirst: Bool) -> Process {
        { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            try directory.open("own", [.write, .create], permissions: .ownerFile).close()
            let status = try directory.status()
            let first = makesTheStampFirst ? DirectoryStamp(status, fileSystem) : nil
            let held = try directory.status(of: "log").identity
            let stamp = first ?? DirectoryStamp(status, fileSystem)
            let found = try directory.status(of: "log").identity
            let isVouchedFor = stamp.vouches(for: try directory.status())
            try CheckFailure.unless(!isVouchedFor || found == held, "it vouches for a log that was replaced")
        }
    }

    private static func replacer(pauseNanoseconds: UInt64) -> Process {
        { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            try directory.open("new", [.write, .create], permissions: .ownerFile).close()
            try directory.rename("new", to: "log", in: directory, exclusive: false)
            if pauseNanoseconds > 0 { fileSystem.sleep(nanoseconds: pauseNanoseconds) }
        }
    }

    private func explore(_ processes: [Process]) throws -> InterleavingExplorer.Report {
        var explorer = InterleavingExplorer()
        explorer.killMaximum = 0
        return try explorer.explore(
            prepare: { fileSystem in
                let directory = try fileSystem.openDirectory("/")
                try directory.open("log", [.write, .create], permissions: .ownerFile).close()
                // Times of the first moment have no fractions of a second.
                fileSystem.sleep(nanoseconds: 5_000_000)
            },
            processes: processes,
            check: { _, _ in }
        )
    }

    @Test func aStampThatIsMadeTooLateIsFound() throws {
        let replacer = Self.replacer(pauseNanoseconds: 25_000_000)
        let late = try explore([Self.reader(makesTheStampFirst: false), replacer])
        #expect(late.failure?.contains("it vouches for a log that was replaced") == true, "\(late)")
        #expect(late.script.contains("process 1: looks at the clock"), "\(late)")
        let first = try explore([Self.reader(makesTheStampFirst: true), replacer])
        #expect(first.isClean, "\(first)")
    }

    /// Somebody who never looks, and sleeps only once the other one has made a mark.
    @Test func aSleepThatOnlyOtherSchedulesComeToCounts() throws {
        let looks: Process = { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            let before = fileSystem.wallClock().nanosecondsSinceEpoch
            // To close it would be another turn.
            _ = try directory.open("mark", [.write, .create], permissions: .ownerFile)
            let after = fileSystem.wallClock().nanosecondsSinceEpoch
            try directory.remove("mark")
            try CheckFailure.unless(after - before < 1_000_000, "somebody slept meanwhile")
        }
        let sleeps: Process = { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            if try directory.exists("mark") { fileSystem.sleep(nanoseconds: 5_000_000) }
        }
        let report = try explore([looks, sleeps])
        #expect(report.failure?.contains("somebody slept meanwhile") == true, "\(report)")
    }

    /// Where nobody lets time go by, looks cost no schedules.
    @Test(arguments: [0, 1_000_000] as [UInt64]) func looksAreTurnsOnlyWhereSomebodySleeps(pause: UInt64) throws {
        func reads(_ looks: Int) -> Process {
            { fileSystem, _ in
                let directory = try fileSystem.openDirectory("/")
                for _ in 0..<3 {
                    _ = try directory.exists("log")
                    for _ in 0..<looks { _ = fileSystem.monotonicClock() }
                }
            }
        }
        let other = Self.replacer(pauseNanoseconds: pause)
        let without = try explore([reads(0), other])
        let with = try explore([reads(2), other])
        #expect(without.isClean && with.isClean)
        #expect((with.schedules > without.schedules) == (pause > 0), "\(with) \(without)")
    }
}
