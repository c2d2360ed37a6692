import FileSystemSeam
import Foundation
import LockKit
import TestSupport

/// Takes a lock again and again until it was held often enough by all workers together, made to be killed:
/// `soak <kind> <directory> <oracle> <worker> <workers> <holds>`.
///
/// The kind is `file`, `directory` (a file lock anchored on its directory, with a gate) or `marker`. A fifth of the
/// holds of a file lock are shared. Prints a line for each overlap.
func soak(_ words: [String]) throws {
    guard words.count == 6, let worker = Int(words[3]), let workers = Int(words[4]), let target = UInt64(words[5])
    else { exit(64) }
    let oracle = try HolderOracle(at: words[2], workers: workers)
    var random = SplitMix64(seed: UInt64(getpid()) &* 0x9e37_79b9)
    let path = words[1]
    let options = FileLockOptions(
        anchor: words[0] == "directory" ? .directory : .file,
        writerPreference: words[0] == "directory"
    )
    let file = FileLock(at: path + "/lock", fileSystem: PosixFileSystem.shared, options: options)
    let marker = MarkerLock(inDirectory: path, fileSystem: PosixFileSystem.shared)
    while oracle.value(.holds) < target {
        if words[0] == "marker" {
            try holdMarker(marker, oracle, worker, &random)
        } else {
            let shared = Int.random(in: 0..<5, using: &random) == 0
            let held = try file.lock(shared ? .shared : .exclusive, timeout: .seconds(60))
            stay(oracle, worker, shared: shared, &random)
            held.release()
        }
    }
}

/// Takes a file lock, tells the oracle, prints `inside`, and stays until standard input ends:
/// `witness <path> <oracle> <worker> <workers>`. Prints a line for an overlap before that.
func witness(_ words: [String]) throws {
    guard words.count == 4, let worker = Int(words[2]), let workers = Int(words[3]) else { exit(64) }
    let oracle = try HolderOracle(at: words[1], workers: workers)
    let held = try FileLock(at: words[0], fileSystem: PosixFileSystem.shared).lock(.exclusive, timeout: .seconds(60))
    let others = oracle.enter(worker, shared: false)
    if !others.isEmpty { say("overlap of \(getpid()) with \(others)") }
    say("inside")
    _ = FileHandle.standardInput.readDataToEndOfFile()
    oracle.leave(worker)
    held.release()
}

/// Is inside for some microseconds.
private func stay(
    _ oracle: HolderOracle,
    _ worker: Int,
    shared: Bool,
    _ random: inout SplitMix64,
    _ body: () -> Void = {}
) {
    let others = oracle.enter(worker, shared: shared)
    if !others.isEmpty { say("overlap of \(getpid()) with \(others)") }
    body()
    let end = PosixFileSystem.shared.monotonicClock().nanoseconds + .random(in: 0..<5_000, using: &random)
    while PosixFileSystem.shared.monotonicClock().nanoseconds < end {}
    oracle.leave(worker)
}

/// Acquires, moving away what killed owners left, and releases; files may be taken away meanwhile.
private func holdMarker(
    _ lock: MarkerLock,
    _ oracle: HolderOracle,
    _ worker: Int,
    _ random: inout SplitMix64
) throws {
    let held: MarkerLockGuard
    do throws(LockError) {
        // The epoch file too is taken away.
        held = try lock.acquire(.worker, timeout: .seconds(60), minimumEpoch: { oracle.value(.epoch) })
    } catch {
        // A file that is taken away while it is being written fails the acquisition, which leaves nothing behind.
        if error.isMissingFile { return }
        guard case .staleMarker(_, let found) = error else { throw error }
        do throws(LockError) {
            _ = try lock.quarantine(found)
        } catch {
            switch error {
            case .markerChanged, .held, .wouldBlock: break
            default: if !error.isMissingFile { throw error }
            }
        }
        return
    }
    let epoch = held.epoch
    stay(oracle, worker, shared: false, &random) { oracle.see(epoch) }
    do throws(LockError) {
        try held.release()
    } catch {
        guard case .markerReplaced = error else { throw error }
    }
}

extension LockError {
    fileprivate var isMissingFile: Bool {
        if case .io(let cause, _) = self { return cause.code == .noEntry }
        return false
    }
}
