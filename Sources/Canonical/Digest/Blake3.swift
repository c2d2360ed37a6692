/// Incremental BLAKE3: plain hash, keyed hash and key derivation, with output of any length.
///
/// The tree is built from left to right as the BLAKE3 paper describes it (section 5.1): chunks of 1 024 bytes
/// are hashed one after the other, and a stack holds one chaining value for every completed subtree.
/// How the input is split never changes the result.
public struct Blake3: Sendable {
    private typealias Words8 = Blake3Compression.Words8
    private typealias Words16 = Blake3Compression.Words16
    private typealias Flags = Blake3Compression.Flags

    /// The length of a chunk, the leaf of the tree, in bytes.
    private static let chunkByteCount = 1024
    private static let blockByteCount = 64
    /// The length of a key, in bytes.
    public static let keyByteCount = 32

    private let key: Words8
    private let modeFlags: Flags

    // The chunk that is being filled: its chaining value, its last block (kept until it is known whether
    // another follows), and how many whole blocks were compressed.
    private var chaining: Words8
    private var pending = InlineArray<64, UInt8>(repeating: 0)
    private var pendingCount = 0
    private var compressedBlocks = 0
    private var chunkIndex: UInt64 = 0
    private var completedSubtrees: [Words8] = []

    private init(key: Words8, flags: Flags) {
        self.key = key
        self.modeFlags = flags
        self.chaining = key
    }

    /// Starts a plain hash.
    public init() {
        self.init(key: Blake3Compression.initialWords, flags: [])
    }

    /// Starts a keyed hash: a message authentication code and pseudo-random function.
    ///
    /// - Precondition: `key` has exactly ``keyByteCount`` bytes.
    public init(key: [UInt8]) {
        precondition(key.count == Self.keyByteCount, "a BLAKE3 key has 32 bytes, not \(key.count)")
        self.init(key: Self.keyWords(key), flags: .keyedHash)
    }

    /// Starts a key derivation; what is added afterwards is the key material.
    ///
    /// - Parameter context: a hard-coded, globally unique text that says what the key is for.
    public init(derivingKeyFor context: String) {
        var contextHasher = Blake3(key: Blake3Compression.initialWords, flags: .deriveKeyContext)
        contextHasher.update(Array(context.utf8))
        self.init(key: Self.keyWords(contextHasher.finalize(count: Self.keyByteCount)), flags: .deriveKeyMaterial)
    }

    /// Adds bytes.
    ///
    /// - Complexity: O(*n*) in the number of bytes.
    public mutating func update(_ bytes: Span<UInt8>) {
        var position = 0
        while position < bytes.count {
            // A full block is compressed only when more input follows: the last one carries other flags.
            if pendingCount == Self.blockByteCount {
                if compressedBlocks == 15 {
                    finishChunk()
                } else {
                    compress(Blake3Compression.words(pending.span, from: 0))
                    pendingCount = 0
                }
            }
            let taken = min(Self.blockByteCount - pendingCount, bytes.count - position)
            if taken == Self.blockByteCount, compressedBlocks < 15, bytes.count - position > taken {
                // The whole block is in the input and is not the last of its chunk: no copy.
                compress(Blake3Compression.words(bytes, from: position))
            } else {
                for offset in 0..<taken {
                    pending[pendingCount &+ offset] = bytes[position &+ offset]
                }
                pendingCount += taken
            }
            position += taken
        }
    }

    /// Adds bytes.
    ///
    /// - Complexity: O(*n*) in the number of bytes.
    public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// The output for everything added so far; more may be added afterwards.
    ///
    /// - Parameters:
    ///   - count: how many bytes of output. A shorter output is a prefix of a longer one.
    ///   - offset: where in the output stream to begin, in bytes.
    /// - Complexity: O(*count*), whatever the offset.
    public func finalize(count: Int, from offset: UInt64 = 0) -> [UInt8] {
        var root = chunkOutput()
        for subtree in completedSubtrees.reversed() {
            root = parentOutput(subtree, root.chainingValue)
        }
        return root.bytes(count: count, from: offset)
    }
}

// MARK: - The tree

extension Blake3 {
    /// The last compression of a node, before it is known whether the node is the root.
    private struct NodeOutput {
        var chaining: Words8
        var block: Words16
        var counter: UInt64
        var length: UInt32
        var flags: Flags

        var chainingValue: Words8 {
            var value = chaining
            Blake3Compression.chain(&value, block, counter: counter, length: length, flags: flags)
            return value
        }

        func bytes(count: Int, from offset: UInt64) -> [UInt8] {
            var output: [UInt8] = []
            output.reserveCapacity(count)
            var index = offset / 64
            var skipped = Int(offset % 64)
            while output.count < count {
                let words = Blake3Compression.output(
                    chaining,
                    block,
                    counter: index,
                    length: length,
                    flags: flags.union(.root)
                )
                output.append(littleEndian: words, skipped..<min(64, skipped + count - output.count))
                skipped = 0
                index += 1
            }
            return output
        }
    }

    private static func keyWords(_ key: [UInt8]) -> Words8 {
        var words = Words8(repeating: 0)
        for place in 0..<Self.keyByteCount {
            words[place / 4] |= UInt32(key[place]) << UInt32(8 * (place % 4))
        }
        return words
    }

    private var startFlag: Flags { compressedBlocks == 0 ? .chunkStart : [] }

    /// Compresses a block that is not the last of its chunk.
    private mutating func compress(_ block: borrowing Words16) {
        Blake3Compression.chain(
            &chaining,
            block,
            counter: chunkIndex,
            length: UInt32(Self.blockByteCount),
            flags: startFlag.union(modeFlags)
        )
        compressedBlocks += 1
    }

    /// The output of the current chunk, padded with zeros to a whole block.
    private func chunkOutput() -> NodeOutput {
        var block = pending
        for place in pendingCount..<Self.blockByteCount { block[place] = 0 }
        return NodeOutput(
            chaining: chaining,
            block: Blake3Compression.words(block.span, from: 0),
            counter: chunkIndex,
            length: UInt32(pendingCount),
            flags: startFlag.union([.chunkEnd]).union(modeFlags)
        )
    }

    private func parentOutput(_ left: Words8, _ right: Words8) -> NodeOutput {
        var block = Words16(repeating: 0)
        for place in 0..<8 {
            block[place] = left[place]
            block[place + 8] = right[place]
        }
        return NodeOutput(
            chaining: key,
            block: block,
            counter: 0,
            length: UInt32(Self.blockByteCount),
            flags: modeFlags.union(.parent)
        )
    }

    /// Ends the current chunk, merges every subtree that it completes, and starts the next one.
    private mutating func finishChunk() {
        var value = chunkOutput().chainingValue
        // The number of trailing zero bits of the chunk count is the number of subtrees that end here.
        var finished = chunkIndex + 1
        while finished & 1 == 0, let left = completedSubtrees.popLast() {
            value = parentOutput(left, value).chainingValue
            finished >>= 1
        }
        completedSubtrees.append(value)
        chunkIndex += 1
        chaining = key
        pendingCount = 0
        compressedBlocks = 0
    }
}
