/// Gives each entry of an index a number, as good as random, that stands for it in a sum over many.
///
/// SipHash-1-3 of an entry's two words, keyed by the process: nobody can make entries whose sum is that of others.
struct EntrySummer: Sendable {
    private let v0: UInt64
    private let v1: UInt64
    private let v2: UInt64
    private let v3: UInt64

    private init() {
        func word(_ number: Int) -> UInt64 {
            // Random in every process.
            var hasher = Hasher()
            hasher.combine(number)
            return UInt64(truncatingIfNeeded: hasher.finalize())
        }
        let (key0, key1) = (word(0), word(1))
        v0 = key0 ^ 0x736F_6D65_7073_6575
        v1 = key1 ^ 0x646F_7261_6E64_6F6D
        v2 = key0 ^ 0x6C79_6765_6E65_7261
        v3 = key1 ^ 0x7465_6462_7974_6573
    }

    /// The one of this process: sums that are compared were all made by it.
    static let ofProcess = EntrySummer()

    /// The number of an entry.
    @inline(__always)
    func sum(_ entry: IndexEntry) -> UInt64 {
        var state = State(v0: v0, v1: v1, v2: v2, v3: v3)
        state.absorb(entry.high)
        state.absorb(entry.rest)
        state.absorb(16 &<< 56)
        state.v2 ^= 0xFF
        state.round()
        state.round()
        state.round()
        return state.v0 ^ state.v1 ^ state.v2 ^ state.v3
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            v0 ^= word
        }

        @inline(__always)
        mutating func round() {
            v0 = v0 &+ v1
            v1 = (v1 &<< 13 | v1 &>> 51) ^ v0
            v0 = v0 &<< 32 | v0 &>> 32
            v2 = v2 &+ v3
            v3 = (v3 &<< 16 | v3 &>> 48) ^ v2
            v0 = v0 &+ v3
            v3 = (v3 &<< 21 | v3 &>> 43) ^ v0
            v2 = v2 &+ v1
            v1 = (v1 &<< 17 | v1 &>> 47) ^ v2
            v2 = v2 &<< 32 | v2 &>> 32
        }
    }
}
