/// Interns names, so that a directory lookup compares one word.
package struct NameTable: Sendable {
    /// The name behind each id.
    package private(set) var names: [String] = []
    /// The bytes of each name.
    private(set) var bytes: [[UInt8]] = []
    /// The same one after the other, and where each ends: a look at them asks for no array of its own.
    private var text: [UInt8] = []
    private var ends: [Int] = []
    private var hashes: [UInt64] = []
    private var slots = [Int32](repeating: -1, count: 256)

    /// The id of a name, or nil when it is not one path component. Validates and hashes in one pass.
    package mutating func id(_ name: String) -> Int? { id(name.utf8.span) }

    /// The same of a part of a path, which is UTF-8.
    package mutating func id(_ name: Span<UInt8>) -> Int? {
        guard let hash = Self.hash(name), !Self.isDots(name) else { return nil }
        var slot = Int(truncatingIfNeeded: hash ^ hash &>> 32) & (slots.count &- 1)
        while slots[slot] >= 0 {
            let found = Int(slots[slot])
            // Names are bytes: Swift's == on strings calls different spellings of a character equal.
            if hashes[found] == hash {
                let known = text.span.extracting((found == 0 ? 0 : ends[found &- 1])..<ends[found])
                if SimulatedBytes.areEqual(known, name) { return found }
            }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        slots[slot] = Int32(names.count)
        let copy = (0..<name.count).map { name[$0] }
        names.append(String(decoding: copy, as: UTF8.self))
        bytes.append(copy)
        text += copy
        ends.append(text.count)
        hashes.append(hash)
        if names.count * 2 > slots.count { grow() }
        return names.count - 1
    }

    /// A hash of a name's bytes; nil for an empty name and one with a slash or a NUL.
    private static func hash(_ text: Span<UInt8>) -> UInt64? {
        let count = text.count
        if count == 0 { return nil }
        let ones: UInt64 = 0x0101_0101_0101_0101
        var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        var forbidden: UInt64 = 0
        var position = 0
        while position < count {
            let word = SimulatedBytes.word(text, at: position)
            // Padding behind the end is no NUL of the name.
            let padded = position &+ 8 <= count ? word : word | (~0 &<< UInt64(8 &* (count &- position)))
            let slash = padded ^ (ones &* 0x2F)
            forbidden |= ((padded &- ones) & ~padded) | ((slash &- ones) & ~slash)
            let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            hash = product.high ^ product.low
            position &+= 8
        }
        return forbidden & (ones &* 0x80) == 0 ? hash : nil
    }

    private static func isDots(_ text: Span<UInt8>) -> Bool {
        text.count <= 2 && text[0] == 0x2E && (text.count == 1 || text[1] == 0x2E)
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (id, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash ^ hash &>> 32) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(id)
        }
    }
}
