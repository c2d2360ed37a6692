internal import Synchronization

/// A file descriptor that is used by its number only while it is surely still ours.
///
/// Closing marks the descriptor closed at once, so that every later use fails, but the number goes back to the
/// system when the last call in flight has returned: a call on another thread can never reach a file that
/// was opened in between under the same number. A descriptor that nobody closed is closed on destruction.
struct Descriptor: ~Copyable, Sendable {
    private let number: Int32
    private let calls: SystemCalls
    /// The number of calls in flight, and the mark that no more may begin.
    private let state = Atomic<UInt32>(0)
    private static let closedMark: UInt32 = 1 << 31

    /// Takes over a freshly opened descriptor.
    init(_ number: Int32, _ calls: SystemCalls) {
        self.number = number
        self.calls = calls
    }

    deinit {
        // Nobody is using it: a use borrows the value.
        if state.load(ordering: .acquiring) & Self.closedMark == 0 { _ = calls.close(number) }
    }

    /// Runs `body` with the number, and keeps the number ours meanwhile; `-EBADF` when closed.
    @inline(__always)
    borrowing func use(_ body: (Int32) -> Int) -> Int {
        var seen = state.load(ordering: .relaxed)
        while true {
            if seen & Self.closedMark != 0 { return -Int(ErrorNumber.badDescriptor.rawValue) }
            let (exchanged, original) = state.weakCompareExchange(
                expected: seen,
                desired: seen + 1,
                ordering: .acquiring
            )
            if exchanged { break }
            seen = original
        }
        let result = body(number)
        let left = state.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
        if left == Self.closedMark { _ = calls.close(number) }
        return result
    }

    /// Closes, once. The system's answer, or 0 when it was closed before or a call in flight will close it.
    borrowing func close() -> Int {
        let before = state.bitwiseOr(Self.closedMark, ordering: .acquiringAndReleasing).oldValue
        return before == 0 ? calls.close(number) : 0
    }
}
