import Foundation

/// Knows which processes are inside of a lock, by shared memory alone: it takes no lock, and asks none.
///
/// Who enters writes that down before looking at the others, and who leaves wipes it out before releasing the lock. Of
/// two who are inside at once, the later one therefore sees the earlier one. A process that is killed inside leaves its
/// entry; its killer says beforehand that it will kill it, and the entry counts until the process has ended.
public final class HolderOracle: Sendable {
    private let words: SharedWords
    private let workers: Int

    /// What is counted.
    public enum Count: Int, CaseIterable {
        /// How often the lock was held.
        case holds
        /// How often two were inside at once.
        case overlaps
        /// The highest epoch seen.
        case epoch
        /// How often an epoch was not greater than all before.
        case regressions
    }

    /// Opens the oracle in the file at `path`.
    public init(at path: String, workers: Int) throws {
        self.workers = workers
        words = try SharedWords(at: path, count: Count.allCases.count + workers * 2)
    }

    /// One of the counts.
    public func value(_ count: Count) -> UInt64 { words[count.rawValue] }

    private func entry(_ worker: Int) -> Int { Count.allCases.count + worker * 2 }

    private func mark(_ worker: Int) -> Int { entry(worker) + 1 }

    /// Notes that this process is inside, and counts it as an overlap when another one is.
    ///
    /// - Returns: the process numbers of the others.
    public func enter(_ worker: Int, shared: Bool) -> [Int32] {
        let own = UInt64(UInt32(bitPattern: getpid())) << 1 | (shared ? 1 : 0)
        words[entry(worker)] = own
        var others: [Int32] = []
        for other in 0..<workers where other != worker {
            let seen = words[entry(other)]
            if seen == 0 || (shared && seen & 1 == 1) { continue }
            let process = Int32(bitPattern: UInt32(truncatingIfNeeded: seen >> 1))
            if words[mark(other)] == seen >> 1, Self.ends(process) { continue }
            others.append(process)
        }
        if !others.isEmpty { words.add(1, to: Count.overlaps.rawValue) }
        words.add(1, to: Count.holds.rawValue)
        return others
    }

    /// Notes that this process is outside again; before it releases the lock.
    public func leave(_ worker: Int) { words[entry(worker)] = 0 }

    /// Notes an epoch, and counts it when it is not the highest so far. Called inside.
    public func see(_ epoch: UInt64) {
        let before = words[Count.epoch.rawValue]
        if epoch <= before { words.add(1, to: Count.regressions.rawValue) }
        words[Count.epoch.rawValue] = max(epoch, before)
    }

    /// Says that a worker will be killed. Must be called before it is.
    public func announceKill(of worker: Int, process: Int32) {
        words[mark(worker)] = UInt64(UInt32(bitPattern: process))
    }

    /// Wipes out what a killed worker left, once it has been waited for.
    public func forget(_ worker: Int, process: Int32) {
        let number = UInt64(UInt32(bitPattern: process)) << 1
        words.replace(number, by: 0, at: entry(worker))
        words.replace(number | 1, by: 0, at: entry(worker))
    }

    /// Whether a process is dead, or dies within ten seconds: the kernel releases its locks a moment before it counts
    /// as dead.
    private static func ends(_ process: Int32) -> Bool {
        for _ in 0..<10_000 {
            guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let close = stat.lastIndex(of: ")")
            else { return true }
            if stat[close...].hasPrefix(") Z") || stat[close...].hasPrefix(") X") { return true }
            usleep(1000)
        }
        return false
    }
}
