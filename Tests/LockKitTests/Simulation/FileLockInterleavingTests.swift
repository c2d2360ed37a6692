import CrashTesting
import FileSystemSeam
import LockKit
import TestSupport
import Testing

@Suite("Interleavings of a file lock")
struct FileLockInterleavingTests {
    typealias Process = @Sendable (any FileSystem, (Int) -> Void) throws -> Void

    private let oracle = Oracle()

    private func holder(
        _ number: Int,
        _ mode: LockMode,
        _ options: FileLockOptions,
        times: Int = 1,
        holdsDirectory: Bool = false
    ) -> Process {
        { [oracle] fileSystem, acknowledge in
            let lock =
                holdsDirectory
                ? FileLock("lock", in: try fileSystem.openDirectory("/"), fileSystem: fileSystem, options: options)
                : FileLock(at: "/lock", fileSystem: fileSystem, options: options)
            for _ in 0..<times {
                let held = try lock.lock(mode, timeout: .seconds(1))
                defer { oracle.leave(number) }
                try oracle.enter(number, shared: mode == .shared)
                _ = try fileSystem.openDirectory("/").entries()
                acknowledge(number)
                oracle.leave(number)
                held.release()
            }
        }
    }

    /// Removes, renames or replaces a file.
    private static func vandal(_ act: String, _ name: String) -> Process {
        { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            do throws(FileSystemError) {
                switch act {
                case "remove": try directory.remove(name)
                case "rename": try directory.rename(name, to: "old", in: directory, exclusive: true)
                default: try directory.replaceAtomically(name, with: [])
                }
            } catch  where error.code == .noEntry {}
        }
    }

    private func explore(preemptions: Int, kills: Int, _ processes: [Process]) throws -> InterleavingExplorer.Report {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = preemptions
        explorer.killMaximum = kills
        explorer.scheduleMaximum = 1_000_000
        return try explorer.explore(
            prepare: { _ in oracle.reset() },
            processes: processes,
            check: { fileSystem, _ in
                for writerPreference in [false, true] {
                    let options = FileLockOptions(anchor: .directory, writerPreference: writerPreference)
                    let lock = FileLock(at: "/lock", fileSystem: fileSystem, options: options)
                    try CheckFailure.unless(try lock.canLock(.exclusive), "nobody holds it, and nobody gets it")
                }
            }
        )
    }

    @Test(arguments: [false, true], [false, true])
    func holdersAndKills(onDirectory: Bool, preferred: Bool) throws {
        let options = FileLockOptions(anchor: onDirectory ? .directory : .file, writerPreference: preferred)
        let report = try explore(
            preemptions: runsLongTests ? 2 : 1,
            kills: 1,
            [holder(1, .exclusive, options, times: runsLongTests ? 2 : 1), holder(2, .exclusive, options)]
        )
        #expect(report.isClean, "\(report)")
    }

    /// A handle that keeps the lock file open, and the anchor where it holds the directory, beside one that does not,
    /// while the file is removed or replaced.
    @Test(arguments: ["", "remove", "rename", "replace"], [false, true])
    func aKeptFile(act: String, holdsDirectory: Bool) throws {
        let isAnchored = holdsDirectory || !act.isEmpty
        let kept = FileLockOptions(anchor: isAnchored ? .directory : .file, keepsFileOpen: true)
        let plain = FileLockOptions(anchor: kept.anchor)
        let keeping = holder(1, .exclusive, kept, times: 2, holdsDirectory: holdsDirectory)
        var processes = [keeping, holder(2, .exclusive, plain)]
        if !act.isEmpty { processes.append(Self.vandal(act, "lock")) }
        let report = try explore(preemptions: runsLongTests ? 2 : 1, kills: act.isEmpty ? 1 : 0, processes)
        #expect(report.isClean, "\(report)")
    }

    @Test(arguments: [false, true])
    func readersAndAWriter(preferred: Bool) throws {
        let options = FileLockOptions(writerPreference: preferred)
        let report = try explore(
            preemptions: runsLongTests ? 2 : 1,
            kills: runsLongTests ? 1 : 0,
            [holder(1, .shared, options), holder(2, .shared, options), holder(3, .exclusive, options)]
        )
        #expect(report.isClean, "\(report)")
    }

    @Test(arguments: ["remove", "rename", "replace"], ["lock", "lock.gate"])
    func anAnchorOnTheDirectoryWithstandsVandals(_ act: String, _ name: String) throws {
        let options = FileLockOptions(anchor: .directory, writerPreference: true)
        let report = try explore(
            preemptions: runsLongTests ? 2 : 1,
            kills: runsLongTests ? 1 : 0,
            [holder(1, .exclusive, options), holder(2, .exclusive, options), Self.vandal(act, name)]
        )
        #expect(report.isClean, "\(report)")
    }

    /// With the file alone as the anchor a second holder gets in, so the oracle does see two.
    @Test(arguments: ["remove", "rename", "replace"])
    func theFileAloneDoesNot(_ act: String) throws {
        let options = FileLockOptions()
        let report = try explore(
            preemptions: 2,
            kills: 0,
            [holder(1, .exclusive, options), holder(2, .exclusive, options), Self.vandal(act, "lock")]
        )
        #expect(report.failure?.contains("hold the lock") == true, "\(report)")
    }
}
