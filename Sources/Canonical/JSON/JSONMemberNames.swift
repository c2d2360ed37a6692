/// The names that a decoder knows, each found with one hash: for decoders that read many objects of the same kind.
package struct JSONMemberNames: Sendable {
    private let names: [[UInt8]]
    /// By hash, one more than the index of a name; 0 for none. Names with the same hash stand behind each other.
    private let slots: [UInt8]

    private static let slotCount = 256

    /// - Precondition: at most 127 names, none twice.
    package init(_ names: [String]) {
        precondition(names.count < Self.slotCount / 2, "too many names for one table")
        self.names = names.map { Array($0.utf8) }
        var slots = [UInt8](repeating: 0, count: Self.slotCount)
        for (index, name) in self.names.enumerated() {
            var slot = Self.slot(name.span, 0..<name.count)
            while slots[slot] != 0 { slot = (slot + 1) % Self.slotCount }
            slots[slot] = UInt8(index + 1)
        }
        self.slots = slots
    }

    @inline(__always)
    private static func slot(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        Int(truncatingIfNeeded: (KeySet.print(bytes, range) &* 0x9E37_79B9_7F4A_7C15) &>> 56)
    }

    /// The index of the name that a range of bytes is; nil when it is none.
    package func index(of bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var slot = Self.slot(bytes, range)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            let name = names[index]
            if ByteWord.isSame(bytes, range, name.span) { return index }
            slot = (slot + 1) % Self.slotCount
        }
        return nil
    }
}

extension JSONDocument {
    /// A member that was looked for.
    package struct Member: Sendable {
        private let index: Int32
        /// What sort of value it has; `.null` when it is absent.
        package let kind: Kind

        /// No member with the name.
        package static let absent = Member(index: -1, kind: .null)

        /// Where its value stands; nil when there is no such member.
        package var place: Place? { index < 0 ? nil : Place(index: Int(index)) }

        fileprivate init(index: Int32, kind: Kind) {
            self.index = index
            self.kind = kind
        }
    }

    /// Finds the members of an object whose names are known. Others are passed over.
    ///
    /// - Parameters:
    ///   - found: one place for each name; what is not found stays as it was.
    /// - Complexity: O(*n*) in the number of members.
    package func find(_ names: JSONMemberNames, of object: Place, into found: inout MutableSpan<Member>) {
        let (text, side) = (source.span, tape.unescaped.span)
        let entries = tape.entries.span
        var key = object.index + 1
        let end = Int(entries[object.index].nextOrOffset)
        while key < end {
            let entry = entries[key]
            let value = key + 1
            if !entry.isShadowed, let index = names.index(of: entry.isUnescaped ? side : text, entry.range) {
                found[index] = Member(index: Int32(value), kind: Kind(entries[value].kind))
            }
            key = tape.next(after: value)
        }
    }

    /// Which of the names the string at `place`, decoded, is; nil when it is none.
    package func index(in names: JSONMemberNames, at place: Place) -> Int? {
        let entry = tape.entries[place.index]
        return names.index(of: entry.isUnescaped ? tape.unescaped.span : source.span, entry.range)
    }
}
