/// Brings the members of objects that are being written into the order of their keys.
///
/// Members are written as they come; when their object ends and they are out of order, their bytes are
/// rearranged. Most types write their members in order, and then nothing is moved.
struct MemberSorter {
    private struct Member {
        var key: Range<Int>
        var start: Int
    }

    private var keys: [UInt8] = []
    private var members: [Member] = []
    private var firstMembers: [Int] = []

    mutating func beginObject() { firstMembers.append(members.count) }

    mutating func addMember(_ key: Span<UInt8>, at position: Int) {
        let start = keys.count
        keys.append(key, 0..<key.count)
        members.append(Member(key: start..<keys.count, start: position))
    }

    /// Sorts the members of the object that ends at the end of `bytes`.
    ///
    /// - Returns: a key that stands twice, if there is one.
    mutating func endObject(_ bytes: inout [UInt8]) -> String? {
        let first = firstMembers.removeLast()
        guard members.count > first else { return nil }
        let own = Array(members[first...])
        defer {
            keys.removeLast(keys.count - own[0].key.lowerBound)
            members.removeLast(members.count - first)
        }
        let order = own.indices.sorted { compare(own[$0], own[$1]) == .ascending }
        for place in order.indices.dropFirst() where compare(own[order[place - 1]], own[order[place]]) == .same {
            return String(decoding: keys[own[order[place]].key], as: UTF8.self)
        }
        if zip(order, own.indices).allSatisfy({ $0 == $1 }) { return nil }
        var sorted: [UInt8] = []
        sorted.reserveCapacity(bytes.count - own[0].start)
        for member in order {
            if !sorted.isEmpty { sorted.append(UInt8(ascii: ",")) }
            // A member ends before the comma of the next one, the last at the end.
            let end = member + 1 < own.count ? own[member + 1].start - 1 : bytes.count
            sorted.append(contentsOf: bytes[own[member].start..<end])
        }
        bytes.replaceSubrange(own[0].start..., with: sorted)
        return nil
    }

    private func compare(_ left: Member, _ right: Member) -> KeyOrder {
        KeyOrder.compare(keys.span, left.key, keys.span, right.key)
    }
}
