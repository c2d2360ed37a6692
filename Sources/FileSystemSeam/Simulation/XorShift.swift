/// The random numbers of simulations and explorers: Marsaglia's xorshift with 64 bits of state. Equal starts give equal
/// numbers, for good: reports and replay tokens depend on them.
package struct XorShift: Sendable {
    /// The state, which is the number given last; 0 would stay 0.
    package private(set) var word: UInt64

    /// Goes on from a state that is not 0.
    package init(word: UInt64) { self.word = word }

    /// Starts from a seed of which every bit counts, also for neighbours such as 2 and 3.
    package init(seed: UInt64) { word = seed &* Self.spread | 1 }

    /// Starts with 1 for the seed 1, and elsewhere, far from its neighbours, for every other one.
    package init(seedFromOne seed: UInt64) {
        let start = (seed ^ 1) &* Self.spread ^ 1
        word = start == 0 ? Self.spread : start
    }

    /// 2⁶⁴ divided by the golden ratio.
    private static let spread: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The next number.
    package mutating func next() -> UInt64 {
        word ^= word << 13
        word ^= word >> 7
        word ^= word << 17
        return word
    }
}
