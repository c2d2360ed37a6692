@_spi(Bytes) internal import Canonical

/// SipHash-2-4 with 128 bits of output (Aumasson, Bernstein: "SipHash: a fast short-input PRF", and its later
/// 128-bit variant): a keyed hash for tables whose keys others may choose.
struct SipHash: Sendable, Hashable {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    /// Bytes that do not fill a word yet, the first in the lowest bits.
    private var pending: UInt64 = 0
    private var count: UInt64 = 0

    init(key0: UInt64, key1: UInt64) {
        v0 = key0 ^ 0x736F_6D65_7073_6575
        v1 = key1 ^ 0x646F_7261_6E64_6F6D ^ 0xEE
        v2 = key0 ^ 0x6C79_6765_6E65_7261
        v3 = key1 ^ 0x7465_6462_7974_6573
    }

    /// Keyed with the first 16 bytes of the SHA-256 of a text.
    init(derivingKeyFrom text: String) {
        let digest = Digest(hashing: Array(text.utf8)).bytes
        self.init(key0: ByteWord.load(digest.span, at: 0), key1: ByteWord.load(digest.span, at: 8))
    }

    /// Adds one byte.
    @inline(__always)
    mutating func combine(_ byte: UInt8) {
        let shift = 8 &* (count & 7)
        pending |= UInt64(byte) &<< shift
        count &+= 1
        if shift == 56 {
            absorb(pending)
            pending = 0
        }
    }

    /// Adds the eight bytes of an integer, lowest first.
    @inline(__always)
    mutating func combine(_ word: UInt64) {
        let shift = 8 &* (count & 7)
        count &+= 8
        if shift == 0 {
            absorb(word)
        } else {
            absorb(pending | word &<< shift)
            pending = word &>> (64 &- shift)
        }
    }

    /// Adds bytes.
    @inline(__always)
    mutating func combine(_ bytes: Span<UInt8>) {
        var position = 0
        while position &+ 8 <= bytes.count {
            combine(ByteWord.load(bytes, at: position))
            position &+= 8
        }
        while position < bytes.count {
            combine(bytes[position])
            position &+= 1
        }
    }

    /// The hash of what was added.
    func finished() -> (first: UInt64, second: UInt64) {
        var state = self
        state.absorb(pending | count &<< 56)
        state.v2 ^= 0xEE
        for _ in 0..<4 { state.round() }
        let first = state.v0 ^ state.v1 ^ state.v2 ^ state.v3
        state.v1 ^= 0xDD
        for _ in 0..<4 { state.round() }
        return (first, state.v0 ^ state.v1 ^ state.v2 ^ state.v3)
    }

    @inline(__always)
    private mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = Self.rotate(v1, 13) ^ v0
        v0 = Self.rotate(v0, 32)
        v2 = v2 &+ v3
        v3 = Self.rotate(v3, 16) ^ v2
        v0 = v0 &+ v3
        v3 = Self.rotate(v3, 21) ^ v0
        v2 = v2 &+ v1
        v1 = Self.rotate(v1, 17) ^ v2
        v2 = Self.rotate(v2, 32)
    }

    @inline(__always)
    private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
        (word &<< count) | (word &>> (64 &- count))
    }
}
