import Foundation
import TestSupport

/// Processes that take one lock again and again, while they are killed, and files are removed and renamed, at random.
struct LockSoak {
    /// See `lock-worker soak`.
    let kind: String
    let workers: Int
    let holds: UInt64
    /// The files that are removed and renamed; none for none.
    let names: [String]
    let seed: UInt64

    /// What came of it.
    struct Outcome: CustomStringConvertible {
        var holds: UInt64 = 0
        var overlaps: UInt64 = 0
        var regressions: UInt64 = 0
        var kills = 0
        var removals = 0
        var seconds = 0.0
        /// Whether nobody held the lock for thirty seconds.
        var isStuck = false
        /// What workers printed.
        var lines: [String] = []

        /// Takes what a worker printed, and a line of its own when it was neither done nor killed.
        mutating func take(_ ended: (lines: [String], end: ChildProcess.End)) {
            lines += ended.lines
            if ended.end != .killed, ended.end != .exited(0) { lines.append("ended with \(ended.end)") }
        }

        var description: String {
            "\(holds) holds, \(kills) kills, \(removals) files removed or renamed, \(overlaps) overlaps, "
                + "\(regressions) epochs that did not grow, \(isStuck ? "stuck" : "not stuck"), "
                + "\(Int(seconds * 1000)) ms"
        }
    }

    func run(in directory: String) throws -> Outcome {
        let place = directory + "/place"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let oracle = try HolderOracle(at: directory + "/oracle", workers: workers)
        var random = SplitMix64(seed: seed)
        var outcome = Outcome()
        let start = Date()
        var running = try (0..<workers).map { try worker($0, place, directory) }
        var progress = (holds: UInt64(0), at: Date())
        while oracle.value(.holds) < holds {
            usleep(UInt32.random(in: 200...4_000, using: &random))
            if oracle.value(.holds) > progress.holds {
                progress = (oracle.value(.holds), Date())
            } else if Date().timeIntervalSince(progress.at) > 30 {
                outcome.isStuck = true
                break
            }
            if let name = names.randomElement(using: &random), vandalize(place, name, &random) {
                outcome.removals += 1
            }
            // However fast the machine is, somebody is killed.
            if outcome.kills == 0 || Int.random(in: 0..<8, using: &random) == 0 {
                let victim = Int.random(in: 0..<workers, using: &random)
                let process = running[victim].processID
                oracle.announceKill(of: victim, process: process)
                running[victim].kill()
                outcome.take(running[victim].finish())
                oracle.forget(victim, process: process)
                running[victim] = try worker(victim, place, directory)
                outcome.kills += 1
            }
        }
        for worker in running {
            if outcome.isStuck { worker.kill() }
            outcome.take(worker.finish())
        }
        outcome.seconds = Date().timeIntervalSince(start)
        outcome.holds = oracle.value(.holds)
        outcome.overlaps = oracle.value(.overlaps)
        outcome.regressions = oracle.value(.regressions)
        return outcome
    }

    private func worker(_ number: Int, _ place: String, _ directory: String) throws -> LockWorker {
        try LockWorker("soak", kind, place, directory + "/oracle", "\(number)", "\(workers)", "\(holds)")
    }

    /// Removes or renames a file, or puts an empty one in its place.
    private func vandalize(_ place: String, _ name: String, _ random: inout SplitMix64) -> Bool {
        let path = place + "/" + name
        switch Int.random(in: 0..<2, using: &random) {
        case 0: return unlink(path) == 0
        default: return rename(path, place + "/away") == 0
        }
    }
}
