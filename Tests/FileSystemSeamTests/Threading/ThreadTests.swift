import FileSystemSeam
import Foundation
import Synchronization
import Testing

@Suite("Threads") struct ThreadTests {
    @Test func aThreadRunsItsBodyOnceAndJoinWaitsForIt() throws {
        let runs = Atomic<Int>(0)
        let thread = try FileSystemSeam.Thread.start(name: "worker") {
            PosixFileSystem.shared.sleep(nanoseconds: 10_000_000)
            runs.add(1, ordering: .relaxed)
        }
        thread.join()
        #expect(runs.load(ordering: .relaxed) == 1)
        thread.join()
    }

    @Test func manyMayJoin() throws {
        let ended = Atomic<Bool>(false)
        let thread = try FileSystemSeam.Thread.start(name: "worker") {
            PosixFileSystem.shared.sleep(nanoseconds: 10_000_000)
            ended.store(true, ordering: .releasing)
        }
        let seen = Atomic<Int>(0)
        let joiners = try (0..<4).map { _ in
            try FileSystemSeam.Thread.start(name: "joiner") {
                thread.join()
                if ended.load(ordering: .acquiring) { seen.add(1, ordering: .relaxed) }
            }
        }
        for joiner in joiners { joiner.join() }
        #expect(seen.load(ordering: .relaxed) == 4)
    }

    @Test func whatTheBodyHoldsIsReleasedAtItsEnd() throws {
        final class Held: Sendable {}
        weak var held: Held?
        let thread: FileSystemSeam.Thread
        do {
            let strong = Held()
            held = strong
            thread = try FileSystemSeam.Thread.start(name: "holder") { withExtendedLifetime(strong) {} }
        }
        thread.join()
        #expect(held == nil)
    }

    @Test func aThreadThatNobodyJoinsRunsAllTheSame() throws {
        let done = Condition(false)
        _ = try FileSystemSeam.Thread.start(name: "alone") {
            done.withLock { $0 = true }
            done.signal()
        }
        #expect(done.wait(timeoutNanoseconds: 10_000_000_000) { $0 ? true : nil } == true)
    }

    #if os(Linux)
    @Test(arguments: [
        ("short", "short"), ("a name that is much too long", "a name that is "), ("naïve-naïve-é€", "naïve-naïve-"),
    ])
    func theNameIsShownAsFarAsItFits(_ name: String, _ shown: String) throws {
        let answer = Condition("")
        try FileSystemSeam.Thread.start(name: name) {
            let text = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? "unreadable"
            answer.withLock { $0 = text }
        }.join()
        #expect(answer.withLock { $0 } == shown + "\n")
    }
    #endif
}
