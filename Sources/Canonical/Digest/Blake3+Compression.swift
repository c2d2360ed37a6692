/// The BLAKE3 compression function (section 2.2 of the BLAKE3 paper), one block at a time.
///
/// Everything stays in sixteen named words of state and sixteen of message, which the compiler keeps in
/// registers and on the stack; seven rounds, with the message schedule applied by naming the words.
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

    @inline(__always)
    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        (word &>> count) | (word &<< (32 &- count))
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

    /// Compresses one block and returns all sixteen words: the first eight are the next chaining value, all
    /// sixteen are output when the block is the root.
    static func compress(
        _ chaining: Words8,
        _ block: Words16,
        counter: UInt64,
        length: UInt32,
        flags: Flags
    ) -> Words16 {
        var v0 = chaining[0], v1 = chaining[1], v2 = chaining[2], v3 = chaining[3]
        var v4 = chaining[4], v5 = chaining[5], v6 = chaining[6], v7 = chaining[7]
        var v8 = initialWords[0], v9 = initialWords[1], v10 = initialWords[2], v11 = initialWords[3]
        var v12 = UInt32(truncatingIfNeeded: counter), v13 = UInt32(truncatingIfNeeded: counter >> 32)
        var v14 = length, v15 = flags.rawValue
        var m = block
        for round in 0..<7 {
            mix(&v0, &v4, &v8, &v12, m[0], m[1])
            mix(&v1, &v5, &v9, &v13, m[2], m[3])
            mix(&v2, &v6, &v10, &v14, m[4], m[5])
            mix(&v3, &v7, &v11, &v15, m[6], m[7])
            mix(&v0, &v5, &v10, &v15, m[8], m[9])
            mix(&v1, &v6, &v11, &v12, m[10], m[11])
            mix(&v2, &v7, &v8, &v13, m[12], m[13])
            mix(&v3, &v4, &v9, &v14, m[14], m[15])
            if round < 6 { m = permuted(m) }
        }
        return [
            v0 ^ v8, v1 ^ v9, v2 ^ v10, v3 ^ v11, v4 ^ v12, v5 ^ v13, v6 ^ v14, v7 ^ v15,
            v8 ^ chaining[0], v9 ^ chaining[1], v10 ^ chaining[2], v11 ^ chaining[3],
            v12 ^ chaining[4], v13 ^ chaining[5], v14 ^ chaining[6], v15 ^ chaining[7],
        ]
    }

    @inline(__always)
    private static func permuted(_ m: Words16) -> Words16 {
        [
            m[2], m[6], m[3], m[10], m[7], m[0], m[4], m[13],
            m[1], m[11], m[12], m[5], m[9], m[14], m[15], m[8],
        ]
    }

    /// The first eight words of an output: a chaining value.
    @inline(__always)
    static func chainingValue(_ words: Words16) -> Words8 {
        [words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7]]
    }

    /// Reads sixteen little-endian words from 64 bytes of `bytes` that begin at `start`.
    @inline(__always)
    static func words(_ bytes: Span<UInt8>, from start: Int) -> Words16 {
        var words = Words16(repeating: 0)
        for index in 0..<16 {
            let place = start &+ 4 &* index
            words[index] =
                UInt32(bytes[place]) | UInt32(bytes[place &+ 1]) &<< 8
                | UInt32(bytes[place &+ 2]) &<< 16 | UInt32(bytes[place &+ 3]) &<< 24
        }
        return words
    }
}
