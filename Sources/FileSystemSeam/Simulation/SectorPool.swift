/// Every distinct sector content ever seen on a simulated disk, by number. Number 0 is all zeros.
///
/// Equal contents have equal numbers, so comparing two states of a sector compares two integers.
package struct SectorPool: Sendable {
    /// The unit that a drive writes whole or not at all.
    package static let size = 512

    private var bytes = [UInt8](repeating: 0, count: size)
    /// The hash of each content.
    private var hashes: [UInt64] = [0]
    /// Open addressing, since each sector that is written is looked for. Number 0 is not among them.
    private var slots = [Int32](repeating: -1, count: 256)
    private var scratch = [UInt8](repeating: 0, count: size)

    package init() {}

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
        if count < Self.size { take(number) }
        var target = scratch.mutableSpan
        SimulatedBytes.copy(source, from: from, count: count, into: &target, at: offset)
        return intern()
    }

    /// The number of sector `number` with everything from `offset` on set to zero.
    package mutating func number(clearing number: Int, from offset: Int) -> Int {
        if number == 0 || offset == 0 { return 0 }
        take(number)
        for index in offset..<Self.size { scratch[index] = 0 }
        return intern()
    }

    /// The number of sector `number` with one bit of some of its bytes inverted.
    package mutating func number(flipping number: Int, bit: Int, within bytes: Range<Int>) -> Int {
        take(number)
        let place = SimFault.place(ofBit: bit, within: bytes.count)
        scratch[bytes.lowerBound + place.byte] ^= place.mask
        return intern()
    }

    /// Copies a sector to the scratch space.
    private mutating func take(_ number: Int) {
        let all = bytes
        var target = scratch.mutableSpan
        SimulatedBytes.copy(all.span, from: number * Self.size, count: Self.size, into: &target, at: 0)
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
        precondition(from + count <= Self.size)
        SimulatedBytes.copy(bytes.span, from: number * Self.size + from, count: count, into: &buffer, at: position)
    }

    private mutating func intern() -> Int {
        if SimulatedBytes.areZero(scratch.span) { return 0 }
        let hash = Self.hash(scratch.span)
        var slot = home(hash)
        while slots[slot] >= 0 {
            let candidate = Int(slots[slot])
            if hashes[candidate] == hash {
                let known = bytes.span.extracting(candidate * Self.size..<(candidate + 1) * Self.size)
                if SimulatedBytes.areEqual(known, scratch.span) { return candidate }
            }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        let number = count
        slots[slot] = Int32(number)
        bytes.append(contentsOf: scratch)
        hashes.append(hash)
        if hashes.count * 2 > slots.count { grow() }
        return number
    }

    private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash ^ hash &>> 32) & (slots.count &- 1) }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for number in 1..<hashes.count {
            var slot = home(hashes[number])
            while slots[slot] >= 0 { slot = (slot &+ 1) & (slots.count &- 1) }
            slots[slot] = Int32(number)
        }
    }

    private static func hash(_ sector: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        var index = 0
        precondition(sector.count == size)
        while index < size {
            let word = SimulatedBytes.load(sector, at: index)
            let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            hash = product.high ^ product.low
            index += 8
        }
        return hash
    }
}
