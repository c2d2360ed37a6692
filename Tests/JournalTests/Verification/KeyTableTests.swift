import Journal
import TestSupport
import Testing

@Suite("Keys that verification knows")
struct KeyTableTests {
    /// So that a part needs the memory of its share, and every key is in one part.
    @Test(arguments: [1, 2, 6, 31] as [UInt64])
    func keysAreSpreadEvenlyOverParts(partCount: UInt64) {
        let spread = KeyTableTrial.spread(6200, over: partCount)
        #expect(spread.reduce(0, +) == 6200)
        let share = 6200 / Int(partCount)
        #expect(spread.allSatisfy { $0 > share / 2 && $0 < share * 2 }, "\(spread)")
    }

    /// Hashes that meet on purpose: all searches begin at the same place, or at the last one, and words are alike.
    @Test(arguments: [0, 1, 40, 1000])
    func thatMeetAreKeptApart(capacity: Int) {
        var random = SplitMix64(seed: UInt64(capacity))
        var keys: [(high: UInt64, low: UInt32)] = []
        for number in 0..<40 as Range<UInt32> {
            for high: UInt64 in [0, 1, .max, .max - 1] { keys.append((high, number << 2 | 1)) }
        }
        let repeated = keys + keys.filter { $0.low & 4 == 0 } + keys.filter { $0.high == 1 }
        let shuffled = repeated.shuffled(using: &random)
        let counts = KeyTableTrial.counts(shuffled, capacity: capacity)
        for (key, count) in zip(shuffled, counts) {
            let expected: UInt64 = 1 + (key.low & 4 == 0 ? 1 : 0) + (key.high == 1 ? 1 : 0)
            #expect(count == expected, "\(key)")
        }
    }
}
