import FileSystemSeam
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
}
