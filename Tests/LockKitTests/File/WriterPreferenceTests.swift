import FileSystemSeam
import Foundation
import LockKit
import Testing

@Suite("Writers that are preferred")
struct WriterPreferenceTests {
    private static let preferred = FileLockOptions(writerPreference: true)

    @Test func aWaitingWriterKeepsNewReadersOut() throws {
        let locks = try TestLocks()
        let reader = try locks.lock(Self.preferred).lock(.shared)
        // Without a writer in sight readers come and go.
        #expect(try locks.isFree(.shared, Self.preferred))
        let path = locks.path
        let order = Condition([String]())
        let writer = try Background {
            let lock = FileLock(at: path, fileSystem: PosixFileSystem.shared, options: Self.preferred)
            guard let held = try? lock.lock(.exclusive, timeout: .seconds(60)) else { return }
            order.withLock { $0.append("writer") }
            held.release()
        }
        #expect(!writer.ends(withinMilliseconds: 30))
        #expect(try locks.isHeld(.shared, Self.preferred))
        let late = try Background {
            let lock = FileLock(at: path, fileSystem: PosixFileSystem.shared, options: Self.preferred)
            guard let held = try? lock.lock(.shared, timeout: .seconds(60)) else { return }
            order.withLock { $0.append("late reader") }
            held.release()
        }
        #expect(!late.ends(withinMilliseconds: 30))
        reader.release()
        writer.join()
        late.join()
        #expect(order.withLock { $0 } == ["writer", "late reader"])
        #expect(try locks.names() == ["lock", "lock.gate"])
    }

    /// A child that is forked while its parent waits has a copy of the open gate, as a second descriptor is.
    @Test func aForkedChildDoesNotKeepTheGateShut() throws {
        let locks = try TestLocks()
        let gates = Condition((descriptor: Int32?.none, copy: Int32?.none))
        let fileSystem = PosixFileSystem { call in
            guard call.name == .flock, let descriptor = call.descriptor else { return nil }
            gates.withLock { gates in
                // The first lock is that of the gate, which is taken before the second one is tried.
                if let gate = gates.descriptor {
                    if gates.copy == nil { gates.copy = dup(gate) }
                } else {
                    gates.descriptor = descriptor
                }
            }
            return nil
        }
        let held = try locks.lock(Self.preferred, fileSystem: fileSystem).lock(.exclusive)
        held.release()
        let copy = try #require(gates.withLock { $0.copy })
        #expect(copy >= 0)
        #expect(try locks.isFree(.exclusive, Self.preferred))
        close(copy)
    }

    @Test func withoutPreferenceNewReadersGoAhead() throws {
        let locks = try TestLocks()
        let reader = try locks.lock().lock(.shared)
        let path = locks.path
        let writer = try Background {
            let lock = FileLock(at: path, fileSystem: PosixFileSystem.shared)
            if let held = try? lock.lock(.exclusive, timeout: .seconds(60)) { held.release() }
        }
        #expect(!writer.ends(withinMilliseconds: 30))
        #expect(try locks.isFree(.shared))
        reader.release()
        writer.join()
    }

    /// Readers that overlap without end let a writer in all the same, soon.
    @Test func endlessReadersDoNotStarveAWriter() throws {
        let locks = try TestLocks()
        let path = locks.path
        let stop = Condition(false)
        let readers = try (0..<3).map { _ in
            try Background {
                let lock = FileLock(at: path, fileSystem: PosixFileSystem.shared, options: Self.preferred)
                while !stop.withLock({ $0 }) {
                    guard let held = try? lock.lock(.shared, timeout: .seconds(60)) else { return }
                    PosixFileSystem.shared.sleep(nanoseconds: 2_000_000)
                    held.release()
                }
            }
        }
        var slowest: UInt64 = 0
        for _ in 0..<10 {
            let start = PosixFileSystem.shared.monotonicClock()
            let held = try locks.lock(Self.preferred).lock(.exclusive, timeout: .seconds(60))
            slowest = max(slowest, PosixFileSystem.shared.monotonicClock().nanoseconds - start.nanoseconds)
            held.release()
        }
        stop.withLock { $0 = true }
        for reader in readers { reader.join() }
        // Two holds are 4 ms; the rest is for a machine with other things to do.
        #expect(slowest < 2_000_000_000)
    }

    /// Once a writer is past the gate, nobody who is not holding the lock already comes before it: it waits for the
    /// gate, which one hold may keep, and then for those who hold, which is another.
    @Test func nobodyOvertakesAWriterThatIsPastTheGate() throws {
        let locks = try TestLocks()
        let path = locks.path
        let state = Condition(Overtaking())
        let readers = try (0..<3).map { _ in
            try Background {
                // Without a time limit each acquisition is three calls: at the gate, at the lock, and to open the gate
                // again.
                let calls = Condition(0)
                let fileSystem = PosixFileSystem { call in
                    guard call.name == .flock else { return nil }
                    let isAtLock = calls.withLock { count in
                        count += 1
                        return count % 3 == 2
                    }
                    if isAtLock { state.withLock { if $0.isWriterPastGate { $0.overtakings += 1 } } }
                    return nil
                }
                let lock = FileLock(at: path, fileSystem: fileSystem, options: Self.preferred)
                while !state.withLock({ $0.isOver }) {
                    guard let held = try? lock.lock(.shared) else { return }
                    state.withLock { $0.holds += 1 }
                    PosixFileSystem.shared.sleep(nanoseconds: 500_000)
                    held.release()
                }
            }
        }
        let calls = Condition(0)
        let fileSystem = PosixFileSystem { call in
            guard call.name == .flock else { return nil }
            let step = calls.withLock { count in
                count += 1
                return count % 3
            }
            // From when it is at the lock until it opens the gate.
            if step != 1 { state.withLock { $0.isWriterPastGate = step == 2 } }
            return nil
        }
        let lock = FileLock(at: path, fileSystem: fileSystem, options: Self.preferred)
        for _ in 0..<50 {
            let held = try lock.lock(.exclusive)
            held.release()
            PosixFileSystem.shared.sleep(nanoseconds: 200_000)
        }
        state.withLock { $0.isOver = true }
        for reader in readers { reader.join() }
        let seen = state.withLock { $0 }
        #expect(calls.withLock { $0 } == 150)
        #expect(seen.holds > 3, "the readers were there")
        #expect(seen.overtakings == 0)
    }

    private struct Overtaking: Sendable {
        var isWriterPastGate = false
        var isOver = false
        var holds = 0
        var overtakings = 0
    }

    /// Whoever passed the gate would wait there for itself, for ever.
    @Test func aGateIsNotTheDirectoryThatIsLocked() throws {
        let locks = try TestLocks()
        let gated = FileLockOptions(anchor: .directory, writerPreference: true, gateDirectory: locks.directory)
        let other = FileLockOptions(
            anchor: .other(locks.directory),
            writerPreference: true,
            gateDirectory: try PosixFileSystem.shared.openDirectory(locks.root)
        )
        let fileSystem = PosixFileSystem.shared
        for lock in [
            locks.lock(gated), locks.lock(other),
            FileLock(ofDirectory: locks.root, fileSystem: fileSystem, options: gated),
        ] {
            let error = try #require(try lockError { _ = try lock.cannotLock(.exclusive) })
            #expect(error.code == "unusable_gate" && error.description.contains("Give it a gate directory"))
        }
        #expect(try locks.isFree(.exclusive, FileLockOptions(anchor: .directory)))
        let onFile = FileLockOptions(writerPreference: true, gateDirectory: locks.directory)
        #expect(try locks.lock(onFile).canLock(.exclusive))
    }

    /// It would be passed by, and writers wait as if nobody preferred them.
    @Test func aLockOnADirectoryNeedsAGateDirectory() throws {
        let locks = try TestLocks()
        let fileSystem = PosixFileSystem.shared
        let lock = FileLock(ofDirectory: locks.root, fileSystem: fileSystem, options: Self.preferred)
        #expect(try lockError { _ = try lock.cannotLock(.shared) }?.code == "unusable_gate")
        try locks.directory.makeDirectory("gate", permissions: .ownerDirectory)
        var options = Self.preferred
        options.gateDirectory = try locks.directory.subdirectory("gate")
        #expect(try FileLock(ofDirectory: locks.root, fileSystem: fileSystem, options: options).canLock(.exclusive))
    }
}
