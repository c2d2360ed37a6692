import FileSystemSeam
import Synchronization
import Testing

@Suite("Descriptors") struct DescriptorTests {
    /// A read is stopped between taking the number and using it; meanwhile the file is closed and others are
    /// opened. Were the number given back at once, the read would reach one of those.
    @Test func aCallInFlightKeepsTheNumberUntilItReturns() throws {
        try SeamUnderTest.all[0].run { subject in
            try subject.root.put("mine", "mine")
            try subject.root.put("other", "other")
            let gate = Condition((reached: false, opened: false))
            let closes = Atomic<Int>(0)
            let fileSystem = PosixFileSystem { call in
                if call.name == .close { closes.add(1, ordering: .relaxed) }
                guard call.name == .pread else { return nil }
                gate.withLock { $0.reached = true }
                gate.broadcast()
                gate.wait { $0.opened ? () : nil }
                return nil
            }
            let file = try fileSystem.openDirectory(subject.rootPath).existing("mine")
            let answer = Condition<String?>(nil)
            closes.store(0, ordering: .relaxed)
            let thread = try FileSystemSeam.Thread.start(name: "reader") {
                let text = (try? file.text(10, at: 0)) ?? "failed"
                answer.withLock { $0 = text }
            }
            gate.wait { $0.reached ? () : nil }
            try file.close()
            let others = try (0..<16).map { _ in try subject.root.existing("other") }
            #expect(closes.load(ordering: .relaxed) == 0)
            expectFailure(.badDescriptor) { _ = try file.status() }
            gate.withLock { $0.opened = true }
            gate.broadcast()
            thread.join()
            #expect(answer.withLock { $0 } == "mine")
            #expect(closes.load(ordering: .relaxed) == 1)
            for other in others { #expect(try other.text() == "other") }
        }
    }

    @Test func closingFromManyThreadsClosesOnce() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            for _ in 0..<50 {
                let file = try root.existing("file")
                recorder.reset()
                let threads = try (0..<4).map { _ in
                    try FileSystemSeam.Thread.start(name: "closer") {
                        _ = try? file.status()
                        try? file.close()
                    }
                }
                for thread in threads { thread.join() }
                #expect(recorder.count(.close) == 1)
            }
        }
    }

    @Test func aForgottenHandleIsClosed() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            _ = try root.existing("file")
            _ = try root.subdirectory("empty")
            _ = try root.watch()
            #expect(recorder.count(.openat, .inotifyInit) == 4)
            #expect(recorder.count(.close) == 4)
        }
    }
}
