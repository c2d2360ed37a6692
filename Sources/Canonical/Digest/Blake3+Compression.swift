/// The BLAKE3 compression function (section 2.2 of the BLAKE3 paper), one block at a time.
///
/// State and message are named words, not arrays, so that the compiler keeps them in registers; the message
/// schedule is spelled out as the order of the arguments of each round. Rows of `SIMD4` measured a tenth slower
/// than this on x86-64 without extensions, and moving an array of words for every round took twice as long.
enum Blake3Compression {
    typealias Words8 = InlineArray<8, UInt32>
    typealias Words16 = InlineArray<16, UInt32>

    /// The initialisation vector, which is also SHA-256's.
    static let initialWords: Words8 = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]

    /// Domain flags (table 3 of the paper).
    struct Flags: OptionSet {
        let rawValue: UInt32
        static let chunkStart = Flags(rawValue: 1 << 0)
        static let chunkEnd = Flags(rawValue: 1 << 1)
        static let parent = Flags(rawValue: 1 << 2)
        static let root = Flags(rawValue: 1 << 3)
        static let keyedHash = Flags(rawValue: 1 << 4)
        static let deriveKeyContext = Flags(rawValue: 1 << 5)
        static let deriveKeyMaterial = Flags(rawValue: 1 << 6)
    }

    /// Compresses one block into the next chaining value.
    static func chain(
        _ chaining: inout Words8,
        _ block: borrowing Words16,
        counter: UInt64,
        length: UInt32,
        flags: Flags
    ) {
        let v = mixed(chaining, block, counter: counter, length: length, flags: flags)
        chaining[0] = v.v0 ^ v.v8
        chaining[1] = v.v1 ^ v.v9
        chaining[2] = v.v2 ^ v.v10
        chaining[3] = v.v3 ^ v.v11
        chaining[4] = v.v4 ^ v.v12
        chaining[5] = v.v5 ^ v.v13
        chaining[6] = v.v6 ^ v.v14
        chaining[7] = v.v7 ^ v.v15
    }

    /// Compresses a root block into sixteen words of output.
    static func output(
        _ chaining: borrowing Words8,
        _ block: borrowing Words16,
        counter: UInt64,
        length: UInt32,
        flags: Flags
    ) -> Words16 {
        let v = mixed(chaining, block, counter: counter, length: length, flags: flags)
        return [
            v.v0 ^ v.v8, v.v1 ^ v.v9, v.v2 ^ v.v10, v.v3 ^ v.v11,
            v.v4 ^ v.v12, v.v5 ^ v.v13, v.v6 ^ v.v14, v.v7 ^ v.v15,
            v.v8 ^ chaining[0], v.v9 ^ chaining[1], v.v10 ^ chaining[2], v.v11 ^ chaining[3],
            v.v12 ^ chaining[4], v.v13 ^ chaining[5], v.v14 ^ chaining[6], v.v15 ^ chaining[7],
        ]
    }

    /// Reads sixteen little-endian words from 64 bytes of `bytes` that begin at `start`.
    @inline(__always)
    static func words(_ bytes: Span<UInt8>, from start: Int) -> Words16 {
        precondition(start >= 0 && start + 64 <= bytes.count, "a block of 64 bytes is read")
        return Words16 { ByteWord.load32(bytes, at: start &+ 4 &* $0) }
    }

    /// The state after seven rounds, before it is folded.
    @inline(__always)
    private static func mixed(
        _ h: borrowing Words8,
        _ block: borrowing Words16,
        counter: UInt64,
        length: UInt32,
        flags: Flags
    ) -> State {
        let m0 = block[0], m1 = block[1], m2 = block[2], m3 = block[3]
        let m4 = block[4], m5 = block[5], m6 = block[6], m7 = block[7]
        let m8 = block[8], m9 = block[9], m10 = block[10], m11 = block[11]
        let m12 = block[12], m13 = block[13], m14 = block[14], m15 = block[15]
        // swift-format-ignore
        var v = State(
            v0: h[0], v1: h[1], v2: h[2], v3: h[3], v4: h[4], v5: h[5], v6: h[6], v7: h[7],
            v8: initialWords[0], v9: initialWords[1], v10: initialWords[2], v11: initialWords[3],
            v12: UInt32(truncatingIfNeeded: counter), v13: UInt32(truncatingIfNeeded: counter >> 32),
            v14: length, v15: flags.rawValue
        )
        // The message words of each round: the permutation (table 2 of the paper) applied 0 to 6 times.
        // swift-format-ignore
        v.round(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15)
        // swift-format-ignore
        v.round(m2, m6, m3, m10, m7, m0, m4, m13, m1, m11, m12, m5, m9, m14, m15, m8)
        // swift-format-ignore
        v.round(m3, m4, m10, m12, m13, m2, m7, m14, m6, m5, m9, m0, m11, m15, m8, m1)
        // swift-format-ignore
        v.round(m10, m7, m12, m9, m14, m3, m13, m15, m4, m0, m11, m2, m5, m8, m1, m6)
        // swift-format-ignore
        v.round(m12, m13, m9, m11, m15, m10, m14, m8, m7, m2, m5, m3, m0, m1, m6, m4)
        // swift-format-ignore
        v.round(m9, m14, m11, m5, m8, m12, m15, m1, m13, m3, m0, m10, m2, m6, m4, m7)
        // swift-format-ignore
        v.round(m11, m15, m5, m0, m1, m9, m8, m6, m14, m10, m2, m12, m3, m4, m7, m13)
        return v
    }

    /// The sixteen words that are mixed.
    private struct State {
        var v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15: UInt32

        /// One round: the columns, then the diagonals, each with two words of the message.
        // swift-format-ignore
        @inline(__always)
        mutating func round(
            _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: UInt32,
            _ i: UInt32, _ j: UInt32, _ k: UInt32, _ l: UInt32, _ m: UInt32, _ n: UInt32, _ o: UInt32, _ p: UInt32
        ) {
            Self.mix(&v0, &v4, &v8, &v12, a, b)
            Self.mix(&v1, &v5, &v9, &v13, c, d)
            Self.mix(&v2, &v6, &v10, &v14, e, f)
            Self.mix(&v3, &v7, &v11, &v15, g, h)
            Self.mix(&v0, &v5, &v10, &v15, i, j)
            Self.mix(&v1, &v6, &v11, &v12, k, l)
            Self.mix(&v2, &v7, &v8, &v13, m, n)
            Self.mix(&v3, &v4, &v9, &v14, o, p)
        }

        /// The quarter-round G.
        @inline(__always)
        private static func mix(
            _ a: inout UInt32,
            _ b: inout UInt32,
            _ c: inout UInt32,
            _ d: inout UInt32,
            _ x: UInt32,
            _ y: UInt32
        ) {
            a = a &+ b &+ x
            d = rotate(d ^ a, 16)
            c = c &+ d
            b = rotate(b ^ c, 12)
            a = a &+ b &+ y
            d = rotate(d ^ a, 8)
            c = c &+ d
            b = rotate(b ^ c, 7)
        }

        @inline(__always)
        private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
            (word &>> count) | (word &<< (32 &- count))
        }
    }
}
