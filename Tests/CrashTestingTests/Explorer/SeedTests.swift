import CrashTesting
import FileSystemSeam
import Testing

/// Where chance begins: neighbouring seeds are as different as any two.
@Suite struct SeedTests {
    private static let seeds: ClosedRange<UInt64> = 0...7

    @Test func eachSeedGivesTheWorkloadOtherRandomNumbers() throws {
        var drawn: Set<[UInt8]> = []
        for seed in Self.seeds {
            var explorer = CrashExplorer()
            explorer.seed = seed
            _ = try explorer.explore { (fileSystem, _: (Int) -> Void) in
                var bytes = [UInt8](repeating: 0, count: 16)
                var span = bytes.mutableSpan
                try fileSystem.fillRandom(&span)
                drawn.insert(bytes)
            } recover: { _ in
            } check: { _, _ in
            }
        }
        #expect(drawn.count == Self.seeds.count)
    }

    /// Thirty sectors, of whose states twenty are sampled.
    @Test func eachSeedSamplesOtherStates() throws {
        var samples: Set<Set<UInt32>> = []
        for seed in Self.seeds {
            var explorer = CrashExplorer()
            (explorer.unsyncedSectorMaximum, explorer.runMaximum, explorer.sampleCount) = (0, 80, 20)
            explorer.seed = seed
            var seen: Set<UInt32> = []
            _ = try explorer.explore { fileSystem in
                let directory = try fileSystem.openDirectory("/")
                try directory.open("a", [.write, .create], permissions: .ownerFile).allocate(to: 30 * 512)
            } workload: { (fileSystem, _: (Int) -> Void) in
                let file = try fileSystem.openDirectory("/").open("a", [.write], permissions: .ownerFile)
                try file.writeAll([UInt8](repeating: 1, count: 30 * 512), at: 0)
            } recover: { fileSystem in
                let bytes = try fileSystem.openDirectory("/").readFile("a", maximumBytes: 30 * 512)
                var state: UInt32 = 0
                for sector in 0..<30 where bytes[sector * 512] == 1 { state |= 1 << UInt32(sector) }
                seen.insert(state)
            } check: { _, _ in
            }
            samples.insert(seen)
        }
        #expect(samples.count == Self.seeds.count)
    }

    /// Reports and tokens name what these numbers led to.
    @Test func theNumbersStayTheSame() {
        var one = XorShift(seedFromOne: 1)
        var seven = XorShift(seed: 7)
        #expect(
            (0..<3).map { _ in one.next() } == [1_082_269_761, 1_152_992_998_833_853_505, 11_177_516_664_432_764_457]
        )
        #expect(seven.next() == Self.next(7 &* 0x9E37_79B9_7F4A_7C15 | 1))
        for seed in Self.seeds { #expect(XorShift(seedFromOne: seed).word != 0) }
    }

    private static func next(_ start: UInt64) -> UInt64 {
        var word = start
        word ^= word << 13
        word ^= word >> 7
        word ^= word << 17
        return word
    }
}
