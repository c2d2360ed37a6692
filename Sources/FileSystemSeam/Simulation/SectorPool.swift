/// Every distinct sector content ever seen on a simulated disk, by number. Number 0 is all zeros.
///
/// Equal contents have equal numbers, so comparing two states of a sector compares two integers.
package struct SectorPool: Sendable {
    /// The unit that a drive writes whole or not at all.
    package static let size = 512

    private var bytes = [UInt8](repeating: 0, count: size)
    private var numbers: [UInt64: [Int]] = [:]
    private var scratch = [UInt8](repeating: 0, count: size)

    package init() { numbers[Self.hash(scratch.span)] = [0] }

    package var count: Int { bytes.count / Self.size }

    /// The content of a sector.
    package func content(_ number: Int) -> ArraySlice<UInt8> {
        bytes[number * Self.size..<(number + 1) * Self.size]
    }

    /// The number of sector `number` with `source[from..<from + count]` laid over it at `offset`.
    package mutating func number(
        overlaying number: Int,
        at offset: Int,
        with source: Span<UInt8>,
        from: Int,
        count: Int
    ) -> Int {
        if count < Self.size {
            let base = number * Self.size
            for index in 0..<Self.size { scratch[index] = bytes[base + index] }
        }
        for index in 0..<count { scratch[offset + index] = source[from + index] }
        return intern()
    }

    /// The number of sector `number` with everything from `offset` on set to zero.
    package mutating func number(clearing number: Int, from offset: Int) -> Int {
        if number == 0 || offset == 0 { return 0 }
        for index in 0..<Self.size { scratch[index] = index < offset ? bytes[number * Self.size + index] : 0 }
        return intern()
    }

    /// The number of sector `number` with one bit inverted.
    package mutating func number(flipping number: Int, bit: Int) -> Int {
        for index in 0..<Self.size { scratch[index] = bytes[number * Self.size + index] }
        scratch[bit / 8 % Self.size] ^= 1 << UInt8(bit % 8)
        return intern()
    }

    /// The number of a sector that holds what a drive may leave in a block that was never written.
    package mutating func garbage(for seed: UInt64) -> Int {
        var word = seed | 1
        for index in 0..<Self.size {
            word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            scratch[index] = UInt8(truncatingIfNeeded: word >> 56) | 0x80
        }
        return intern()
    }

    /// Copies part of a sector out. O(count).
    package func copy(
        _ number: Int,
        from: Int,
        count: Int,
        into buffer: inout MutableSpan<UInt8>,
        at position: Int
    ) {
        precondition(from + count <= Self.size && position + count <= buffer.count)
        let start = number * Self.size + from
        let source = bytes.span
        unsafe buffer.withUnsafeMutableBufferPointer { target in
            unsafe source.withUnsafeBufferPointer { pointer in
                guard let to = target.baseAddress, let origin = pointer.baseAddress else { return }
                unsafe (to + position).update(from: origin + start, count: count)
            }
        }
    }

    private mutating func intern() -> Int {
        let hash = Self.hash(scratch.span)
        candidates: for candidate in numbers[hash] ?? [] {
            for index in 0..<Self.size where bytes[candidate * Self.size + index] != scratch[index] {
                continue candidates
            }
            return candidate
        }
        let number = count
        bytes.append(contentsOf: scratch)
        numbers[hash, default: []].append(number)
        return number
    }

    private static func hash(_ sector: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        var index = 0
        while index < size {
            var word: UInt64 = 0
            for byte in 0..<8 { word |= UInt64(sector[index &+ byte]) << UInt64(8 &* byte) }
            let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            hash = product.high ^ product.low
            index += 8
        }
        return hash
    }
}
