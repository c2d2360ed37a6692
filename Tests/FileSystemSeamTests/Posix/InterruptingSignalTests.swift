#if os(Linux)
import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// A timed wait for a lock takes a real-time signal that nobody else uses.
@Suite("The signal of timed lock waits") struct InterruptingSignalTests {
    /// The first one that is asked for: `SIGRTMAX`, a macro that only C sees, less one.
    private static let highest = __libc_current_sigrtmax() - 1

    /// Whoever waits for a signal with signalfd(2) or sigwait(3) blocks it, and leaves it its default action.
    @Test(arguments: [1, 5])
    func aSignalThatTheThreadBlocksIsLeftAlone(_ blockedCount: Int) async throws {
        let temporary = try TemporaryDirectory()
        await #expect(processExitsWith: .success) {
            [path = temporary.path as String, blockedCount = blockedCount as Int] in
            let root = try PosixFileSystem.shared.openDirectory(path)
            try root.put("lock", "")
            let holder = try root.existing("lock")
            guard try holder.lock(.exclusive, blocking: false) else { exit(2) }
            let waiter = try root.existing("lock")
            let highest = Self.highest
            let blocked = (0..<Int32(blockedCount)).map { highest - $0 }
            let thread = try FileSystemSeam.Thread.start(name: "waiter") {
                var mask = sigset_t()
                sigemptyset(&mask)
                for signal in blocked { sigaddset(&mask, signal) }
                pthread_sigmask(SIG_SETMASK, &mask, nil)
                for signal in blocked { pthread_kill(pthread_self(), signal) }
                guard (try? waiter.lock(.exclusive, timeoutNanoseconds: 20_000_000)) == false else { exit(3) }
                // They wait for whoever reads them.
                var pending = sigset_t()
                sigpending(&pending)
                if !blocked.allSatisfy({ sigismember(&pending, $0) == 1 }) { exit(4) }
                var after = sigset_t()
                pthread_sigmask(SIG_BLOCK, nil, &after)
                for signal in 1...highest where sigismember(&after, signal) != sigismember(&mask, signal) { exit(5) }
            }
            thread.join()
            func isUnused(_ signal: Int32) -> Bool {
                var action = sigaction()
                sigaction(signal, nil, &action)
                return action.__sigaction_handler.sa_handler == nil
            }
            if !blocked.allSatisfy(isUnused) { exit(6) }
            // The next one was taken: the wait was not a poll.
            exit(isUnused(highest - Int32(blockedCount)) ? 7 : 0)
        }
    }

    /// The threads of a work queue block all signals, which says nothing about any of them.
    @Test func aThreadThatBlocksAllOfThemWaitsAsWell() async throws {
        let temporary = try TemporaryDirectory()
        await #expect(processExitsWith: .success) { [path = temporary.path as String] in
            let root = try PosixFileSystem.shared.openDirectory(path)
            try root.put("lock", "")
            let holder = try root.existing("lock")
            guard try holder.lock(.exclusive, blocking: false) else { exit(2) }
            let waiter = try root.existing("lock")
            let thread = try FileSystemSeam.Thread.start(name: "waiter") {
                var mask = sigset_t()
                sigfillset(&mask)
                pthread_sigmask(SIG_SETMASK, &mask, nil)
                guard (try? waiter.lock(.exclusive, timeoutNanoseconds: 20_000_000)) == false else { exit(3) }
                var after = sigset_t()
                pthread_sigmask(SIG_BLOCK, nil, &after)
                if sigismember(&after, Self.highest) != 1 { exit(4) }
            }
            thread.join()
            var action = sigaction()
            sigaction(Self.highest, nil, &action)
            exit(action.__sigaction_handler.sa_handler == nil ? 5 : 0)
        }
    }
}
#endif
