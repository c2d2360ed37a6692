import FileSystemSeam
import Foundation

/// How many bytes of a log's events the syncs have covered that a handle made.
final class SyncedSize: Sendable {
    private let covered = Condition(0)

    /// Notes what the file holds when a sync begins, before any answer, and makes each sync take some time.
    init(of path: String, _ calls: CallLog, microseconds: UInt32) {
        calls.setFault { [covered] call in
            guard call.name == .fdatasync else { return nil }
            let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/events.jsonl")
            let size = (attributes?[.size] as? Int) ?? 0
            usleep(microseconds)
            covered.withLock { $0 = max($0, size) }
            return nil
        }
    }

    var byteCount: Int { covered.withLock { $0 } }
}
