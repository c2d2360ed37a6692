import FileSystemSeam
import HoldfastBench
import TestSupport
import Testing

/// What the hot paths take besides time is pinned: it does not depend on how fast the machine is.
@Suite("Hot paths")
struct HotPathTests {
    private static let uncounted: Comment =
        "allocations can be counted only where the C library is glibc and no sanitizer brings its own"

    /// The most requests for memory, in a build for debugging, which makes more of them than one for use.
    private static let allocationMaximums = [
        "journal.reserve": 310, "journal.check": 40, "events.append": 22, "events.append.first": 106, "lock.file": 13,
        "keys.seal.store": 53, "keys.mint": 105,
    ]

    /// Neither calls nor allocations depend on how much the store holds.
    @Test(arguments: HotPaths.all)
    func costsArePinnedAndDoNotGrow(_ path: HotPath) throws {
        let place = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        let small = try path.cost(in: place.path, size: 40)
        let large = try path.cost(in: place.path, size: 1200)
        for cost in [small, large] { #expect(cost.systemCalls > 0 && cost.systemCalls <= path.systemCallMaximum) }
        guard OperationCost.countsAllocations else { return }
        let maximum = try #require(Self.allocationMaximums[path.name])
        for cost in [small, large] {
            let count = try #require(cost.allocations)
            #expect(count > 0 && count <= maximum, "\(count) requests")
        }
        // The pages of an index are the only thing that a larger store adds.
        let (less, more) = (try #require(small.allocatedBytes), try #require(large.allocatedBytes))
        #expect(more <= 2 * less + 32 << 10, "\(less) and \(more) bytes")
    }

    @Test(.enabled(if: OperationCost.countsAllocations, uncounted))
    func whatIsAllocatedIsCounted() throws {
        let path = HotPath("test", "allocate", systemCallMaximum: 0, "bytes", size: 50_000) { _, size, _ in
            { _ in
                let bytes = [UInt8](repeating: 1, count: size)
                #expect(bytes.count == size)
            }
        }
        let place = try TemporaryDirectory()
        let cost = try path.cost(in: place.path, size: 50_000)
        #expect(cost.systemCalls == 0)
        #expect(try #require(cost.allocations) >= 1)
        #expect(try #require(cost.allocatedBytes) >= 50_000)
    }
}
