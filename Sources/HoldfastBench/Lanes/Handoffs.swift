internal import FileSystemSeam
internal import LockKit

/// Times from one thread's letting go to another's going on.
enum Handoffs {
    /// How long the others are given to fall asleep.
    private static let settlingNanoseconds: UInt64 = 500_000

    private struct Turn: Sendable {
        var waiting = 0
        var isGone = false
        /// When the first of the others went on.
        var arrival: UInt64?
    }

    /// The median over `count` hand-offs from this thread to whichever of so many waiting ones comes first, in
    /// microseconds.
    static func median(
        _ count: Int,
        to waiters: Int,
        _ fileSystem: any FileSystem,
        _ makeLock: @escaping @Sendable () -> FileLock
    ) throws -> Double {
        let own = makeLock()
        return try median(count, to: waiters, fileSystem) {
            try own.lock(.exclusive)
        } wait: { turn in
            let lock = makeLock()
            announce(turn)
            guard let held = try? lock.lock(.exclusive) else { preconditionFailure("the lock becomes free") }
            arrive(turn, fileSystem)
            held.release()
        } letGo: { held, _ in
            held.release()
        }
    }

    /// The same with a condition variable instead of a lock.
    static func medianOfSignals(_ count: Int, to waiters: Int, _ fileSystem: any FileSystem) throws -> Double {
        try median(count, to: waiters, fileSystem) {
        } wait: { turn in
            announce(turn)
            turn.wait { turn -> Void? in
                guard turn.isGone else { return nil }
                if turn.arrival == nil { turn.arrival = fileSystem.monotonicClock().nanoseconds }
                return ()
            }
        } letGo: { _, turn in
            turn.withLock { $0.isGone = true }
            turn.broadcast()
        }
    }

    private static func median<Held: ~Copyable>(
        _ count: Int,
        to waiters: Int,
        _ fileSystem: any FileSystem,
        hold: () throws -> Held,
        wait: @escaping @Sendable (Condition<Turn>) -> Void,
        letGo: (consuming Held, Condition<Turn>) -> Void
    ) throws -> Double {
        var times: [Double] = []
        for _ in 0..<count {
            let turn = Condition(Turn())
            let held = try hold()
            let others = try (0..<waiters).map { number in
                try Thread.start(name: "waiter-\(number)") { wait(turn) }
            }
            turn.wait { $0.waiting == waiters ? () : nil }
            fileSystem.sleep(nanoseconds: settlingNanoseconds)
            let departure = fileSystem.monotonicClock().nanoseconds
            letGo(held, turn)
            for other in others { other.join() }
            guard let arrival = turn.withLock({ $0.arrival }) else { preconditionFailure("somebody went on") }
            times.append(Double(arrival - departure) / 1000)
        }
        return Statistics(times).median
    }

    private static func announce(_ turn: Condition<Turn>) {
        turn.withLock { $0.waiting += 1 }
        turn.broadcast()
    }

    private static func arrive(_ turn: Condition<Turn>, _ fileSystem: any FileSystem) {
        let arrival = fileSystem.monotonicClock().nanoseconds
        turn.withLock { if $0.arrival == nil { $0.arrival = arrival } }
    }
}
