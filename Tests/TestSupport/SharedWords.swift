import Foundation
import Synchronization

/// Numbers that several processes share through a file in memory, each of them atomic; they outlive whoever is killed.
public final class SharedWords: @unchecked Sendable {
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let length: Int
    /// How many there are.
    public let count: Int

    /// Opens the file at `path`, and makes it, all zeros, when it is missing.
    public init(at path: String, count: Int) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        length = count * MemoryLayout<UInt64>.stride
        // Growing to the same length again changes nothing.
        guard ftruncate(descriptor, off_t(length)) == 0,
            let address = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), address != MAP_FAILED
        else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.count = count
        words = address.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    }

    deinit { munmap(words, length) }

    private func word(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        precondition((0..<count).contains(index), "there is no word \(index)")
        return words + index
    }

    /// One of the numbers.
    public subscript(_ index: Int) -> UInt64 {
        get { word(index).pointee.load(ordering: .sequentiallyConsistent) }
        set { word(index).pointee.store(newValue, ordering: .sequentiallyConsistent) }
    }

    /// Adds to a number, and gives the sum.
    @discardableResult
    public func add(_ amount: UInt64, to index: Int) -> UInt64 {
        word(index).pointee.wrappingAdd(amount, ordering: .sequentiallyConsistent).newValue
    }

    /// Replaces a number when it is the one expected.
    @discardableResult
    public func replace(_ expected: UInt64, by new: UInt64, at index: Int) -> Bool {
        word(index).pointee.compareExchange(expected: expected, desired: new, ordering: .sequentiallyConsistent)
            .exchanged
    }
}
