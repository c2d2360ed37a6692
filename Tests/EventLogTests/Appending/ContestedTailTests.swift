import EventLog
import FileSystemSeam
import Foundation
import Testing

/// Two processes find the same torn tail, and one of them is faster.
@Suite("Torn tails that two writers find")
struct ContestedTailTests {
    /// The power took what a batch had written, and left its length. Who appends that batch again gives it the same
    /// numbers: it then has the place and the length of the tail, to the byte.
    @Test(arguments: [1, 5]) func theBatchThatWasLostIsNotCutOff(count: Int) throws {
        let log = try TestLog()
        try log.open().append([event("a"), event("b")])
        let whole = try log.bytes()
        let text = String(repeating: "x", count: 1_000_000)
        let batch = (0..<count).map { event("\($0)\(text)") }
        try log.open().append(batch)
        let lost = try log.bytes().count - whole.count
        try log.write(whole + [UInt8](repeating: 0, count: lost))

        let calls = CallLog()
        let other = Condition<AppendReceipt?>(nil)
        calls.setFault { call in
            // The copy is made, and gets its name.
            guard call.name == .renameat2, other.withLock({ $0 == nil }) else { return nil }
            let receipt = try? log.open().append(batch)
            other.withLock { $0 = receipt }
            return nil
        }
        let receipt = try log.open(fileSystem: calls.fileSystem).append(event("c"))
        let end = UInt64(2 + count)
        let acknowledged = try #require(other.withLock { $0 })
        #expect(acknowledged.sequenceNumbers == 2..<end)
        #expect(acknowledged.quarantined?.byteCount == Int64(lost))
        #expect(receipt.sequenceNumbers == end..<(end + 1))
        #expect(receipt.quarantined == nil)
        try log.expectSound(count + 3)
        #expect(try log.names(in: "quarantine").count == 1)
    }

    /// A long tail is cut off in several holds of the lock; between two of them another one finishes it, and appends.
    @Test func aTailThatAnotherOneFinishes() throws {
        let log = try TestLog()
        try log.open().append(event("a"))
        let tail = [UInt8](repeating: 0, count: 9 << 20)
        try log.write(try log.bytes() + tail)
        let calls = CallLog()
        let other = Condition<AppendReceipt?>(nil)
        calls.setFault { call in
            guard call.name == .flock, calls.names.contains("ftruncate"), other.withLock({ $0 == nil }) else {
                return nil
            }
            // Both the release of the lock and its next taking come here; during the former it is held.
            let options = SessionLogOptions(lockTimeoutMilliseconds: 0)
            let receipt = try? log.open(options).append(event("b"))
            other.withLock { $0 = receipt }
            return nil
        }
        let receipt = try log.open(fileSystem: calls.fileSystem).append(event("c"))
        let finished = try #require(other.withLock { $0 })
        #expect(finished.sequenceNumbers == 1..<2)
        // What was left of the tail by then.
        #expect(finished.quarantined?.byteCount == 5 << 20)
        #expect(receipt.sequenceNumbers == 2..<3 && receipt.quarantined?.byteCount == 9 << 20)
        try log.expectSound(3)
        let kept = try log.names(in: "quarantine").map { try log.bytes("quarantine/\($0)") }
        #expect(kept.count == 2 && kept.contains(tail))
    }

    /// Another tool has waited for the lock for too long, and appends without it while the tail is compared.
    @Test func aLineThatCameWithoutTheLockIsNotCutOff() throws {
        let log = try TestLog()
        try log.open().append(event("a"))
        try log.append("{\"torn")
        let calls = CallLog()
        let isDone = Condition(false)
        let late = line(1) + "\n"
        calls.setFault { call in
            guard call.name == .pread, calls.names.contains("renameat2") else { return nil }
            isDone.withLock { isDone in
                if !isDone { try? log.append(late) }
                isDone = true
            }
            return nil
        }
        let receipt = try log.open(fileSystem: calls.fileSystem).append(event("b"))
        #expect(isDone.withLock { $0 })
        #expect(receipt.quarantined == nil && receipt.sequenceNumbers == 2..<3)
        #expect(try log.lines()[1] + "\n" == "{\"torn" + late)
    }
}
