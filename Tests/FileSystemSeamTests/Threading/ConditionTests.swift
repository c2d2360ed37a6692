import FileSystemSeam
import Synchronization
import Testing

@Suite("Conditions") struct ConditionTests {
    @Test func theLockKeepsThreadsApart() throws {
        let counter = Condition(0)
        let threads = try (0..<4).map { _ in
            try FileSystemSeam.Thread.start(name: "counter") {
                for _ in 0..<10_000 { counter.withLock { $0 += 1 } }
            }
        }
        for thread in threads { thread.join() }
        #expect(counter.withLock { $0 } == 40_000)
    }

    @Test func aWaitEndsWhenTheStateIsRight() throws {
        let queue = Condition([Int]())
        let sum = Condition(0)
        let consumer = try FileSystemSeam.Thread.start(name: "consumer") {
            for _ in 0..<1000 {
                let next = queue.wait { $0.isEmpty ? nil : $0.removeFirst() }
                sum.withLock { $0 += next }
            }
        }
        for number in 1...1000 {
            queue.withLock { $0.append(number) }
            queue.signal()
        }
        consumer.join()
        #expect(sum.withLock { $0 } == 500_500)
    }

    @Test func aBroadcastWakesEveryone() throws {
        let gate = Condition((waiting: 0, isOpen: false, passed: 0))
        let threads = try (0..<4).map { _ in
            try FileSystemSeam.Thread.start(name: "waiter") {
                var isCounted = false
                // Counted under the lock that only waiting gives back: whoever is counted waits.
                let passed: Bool? = gate.wait(timeoutNanoseconds: 5_000_000_000) { state in
                    if !isCounted { state.waiting += 1 }
                    isCounted = true
                    return state.isOpen ? true : nil
                }
                if passed == true { gate.withLock { $0.passed += 1 } }
            }
        }
        let clock = PosixFileSystem.shared
        while gate.withLock({ $0.waiting }) < 4 { clock.sleep(nanoseconds: 100_000) }
        gate.withLock { $0.isOpen = true }
        let start = clock.monotonicClock().nanoseconds
        gate.broadcast()
        for thread in threads { thread.join() }
        #expect(gate.withLock { $0.passed } == 4)
        // Whoever was not woken would have looked again at the end of its time only.
        #expect(clock.monotonicClock().nanoseconds - start < 4_000_000_000)
    }

    @Test func signalsDoNotEndATimedWait() throws {
        let state = Condition(false)
        let signaller = try FileSystemSeam.Thread.start(name: "signaller") {
            while !state.withLock({ $0 }) {
                state.broadcast()
                PosixFileSystem.shared.sleep(nanoseconds: 500_000)
            }
        }
        let start = PosixFileSystem.shared.monotonicClock().nanoseconds
        let result: Int? = state.wait(timeoutNanoseconds: 20_000_000) { _ in nil }
        let elapsed = PosixFileSystem.shared.monotonicClock().nanoseconds - start
        state.withLock { $0 = true }
        signaller.join()
        #expect(result == nil)
        #expect(elapsed >= 20_000_000)
    }

    @Test func aTimedWaitTakesItsTimeAndLooksOnceMore() {
        let state = Condition(0)
        let clock = PosixFileSystem.shared
        let start = clock.monotonicClock().nanoseconds
        let result: Int? = state.wait(timeoutNanoseconds: 20_000_000) { looks in
            looks += 1
            return nil
        }
        #expect(result == nil)
        #expect(clock.monotonicClock().nanoseconds - start >= 20_000_000)
        #expect(state.withLock { $0 } >= 2)
        #expect(state.wait(timeoutNanoseconds: 0) { $0 > 0 ? "seen" : nil } == "seen")
        #expect(state.wait(timeoutNanoseconds: .max) { $0 > 0 ? "seen" : nil } == "seen")
    }

    @Test func whatTheBodyThrowsComesOutAndTheLockIsFree() {
        struct Stop: Error, Equatable {}
        let state = Condition(0)
        #expect(throws: Stop()) { try state.withLock { _ throws(Stop) -> Int in throw Stop() } }
        #expect(throws: Stop()) { try state.wait { _ throws(Stop) -> Int? in throw Stop() } }
        #expect(state.withLock { $0 } == 0)
    }
}
