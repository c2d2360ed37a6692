internal import Canonical
internal import CrashTesting
internal import FileSystemSeam
internal import LockKit

/// The built-in workload that shows what a power cut does to a marker lock: it is acquired and released, and acquired
/// again and left.
///
/// After every cut a marker that stands must be whole, and is moved away; then the lock must be to be had, with an
/// epoch greater than every acknowledged one, and the marker of an acknowledged holder must be found.
enum LockCrashWorkload {
    private static let path = "/store"

    /// What the workload acknowledged.
    private enum Event: Equatable {
        case acquired(UInt64)
        case releasing
    }

    /// What a recovery found.
    private struct Found {
        var epoch: UInt64
        var evidence: Set<UInt64>
    }

    static func explore(_ explorer: CrashExplorer, progress: @escaping CrashProgress.Handler) throws -> CrashReport {
        let prepare = { (fileSystem: any FileSystem) in
            try fileSystem.openDirectory("/").makeDirectory("store", permissions: .ownerDirectory)
        }
        return try explorer.explore(prepare: prepare, progress: progress) {
            (fileSystem, acknowledge: (Event) -> Void) in
            for round in 1...2 {
                let held = try lock(fileSystem).acquire(request)
                acknowledge(.acquired(held.epoch))
                if round == 1 {
                    acknowledge(.releasing)
                    try held.release()
                } else {
                    try held.preserveMarker(reason: "left for the operator")
                }
            }
        } recover: { fileSystem in
            try recover(fileSystem)
        } check: { found, events in
            for case .acquired(let epoch) in events {
                try CheckFailure.unless(found.epoch > epoch, "the epoch went back from \(epoch) to \(found.epoch)")
            }
            if case .acquired(let epoch)? = events.last {
                try CheckFailure.unless(found.evidence.contains(epoch), "the marker of the holder \(epoch) is lost")
            }
        }
    }

    private static let request = MarkerRequest(
        deploymentID: "deployment",
        operatorPrincipalID: "operator",
        restoreIntent: Digest(hashing: [], algorithm: .blake3)
    )

    private static func lock(_ fileSystem: any FileSystem) -> MarkerLock {
        MarkerLock(inDirectory: path, fileSystem: fileSystem)
    }

    private static func recover(_ fileSystem: any FileSystem) throws -> Found {
        let lock = lock(fileSystem)
        if let found = try lock.readMarker() {
            if let error = found.syntaxError { throw CheckFailure("the marker is not whole: \(error)") }
            _ = try lock.quarantine(found)
        }
        let directory = try fileSystem.openDirectory(path)
        var evidence: Set<UInt64> = []
        for entry in try directory.entries() where entry.name.contains(".stale-") {
            let bytes = try directory.readFile(entry.name, maximumBytes: 1 << 16)
            evidence.insert(try LockMarker(parsing: bytes).epoch ?? 0)
        }
        let held = try lock.acquire(request)
        let epoch = held.epoch
        try held.release()
        return Found(epoch: epoch, evidence: evidence)
    }
}
