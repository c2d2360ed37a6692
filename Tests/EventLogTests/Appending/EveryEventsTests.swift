import EventLog
import FileSystemSeam
import Foundation
import Testing

/// With every n-th event all events so far are on stable storage, whoever appended them and whatever happened between.
@Suite("Every n-th event")
struct EveryEventsTests {
    /// Who appends the n-th event may have written before one that another thread was acknowledged already.
    @Test func theLastOfSeveralThreadsCoversThemAll() throws {
        let log = try TestLog()
        let calls = CallLog()
        let synced = Condition<Int>(0)
        let path = log.path
        calls.setFault { call in
            // What the file holds when a sync begins is what the sync covers.
            guard call.name == .fdatasync else { return nil }
            let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/events.jsonl")
            let size = (attributes?[.size] as? Int) ?? 0
            usleep(100)
            synced.withLock { $0 = max($0, size) }
            return nil
        }
        let handle = log.open(SessionLogOptions(durability: .everyEvents(2)), fileSystem: calls.fileSystem)
        for round in 1...300 {
            let threads = try (0..<8).map { writer in
                try FileSystemSeam.Thread.start(name: "writer") { _ = try? handle.append(event("w\(writer)")) }
            }
            for thread in threads { thread.join() }
            // An even number of events: the last one to be counted was a second one.
            let size = try log.bytes().count
            let covered = synced.withLock { $0 }
            #expect(covered == size, "round \(round)")
            if covered != size { return }
        }
    }
}
