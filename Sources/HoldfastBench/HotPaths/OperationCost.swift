internal import CAllocations
internal import FileSystemSeam

/// What one operation takes besides time: two numbers that do not depend on how fast the machine is.
package struct OperationCost: Sendable, Equatable {
    /// Calls into libc, as the seam makes them.
    package var systemCalls: Int
    /// How often memory was asked for; nil where that cannot be counted.
    package var allocations: Int?
    /// How many bytes were asked for.
    package var allocatedBytes: Int?

    /// Whether allocations can be counted: only with glibc, and without a sanitizer.
    package static var countsAllocations: Bool { callocations_is_counting() }
}

/// Counts the calls that a file system makes.
final class CallCounter: Sendable {
    private let count = Condition(0)

    /// The machine's own, counted.
    var fileSystem: PosixFileSystem {
        PosixFileSystem { [count] _ in
            count.withLock { $0 += 1 }
            return nil
        }
    }

    /// The calls that `body` makes.
    func calls(_ body: () throws -> Void) rethrows -> Int {
        let before = count.withLock { $0 }
        try body()
        return count.withLock { $0 } - before
    }
}

/// What this thread asks the heap for while `body` runs.
func allocations(of body: () throws -> Void) rethrows -> (count: Int, bytes: Int) {
    let before = callocations_of_thread()
    try body()
    let after = callocations_of_thread()
    return (Int(after.calls - before.calls), Int(after.bytes - before.bytes))
}
