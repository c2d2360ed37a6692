/// Finds the members of one object by name: for decoders that know what they look for.
///
/// Names are compared as bytes, after unescaping. Each is first told apart by a print of its length and ends, so that
/// a search seldom touches the text.
package struct JSONMemberTable: Sendable {
    private struct Member {
        var print: UInt64
        var key: Int
    }

    private var members: [Member] = []

    /// The members of the object at a place.
    package init(of object: JSONDocument.Place, in document: JSONDocument) {
        members.reserveCapacity(document.count(at: object))
        let tape = document.tape
        tape.forEachKey(of: object.index) { key in
            let entry = tape.entries[key]
            let text = entry.isUnescaped ? tape.unescaped.span : document.source.span
            members.append(Member(print: KeySet.print(text, entry.range), key: key))
        }
    }

    /// The value of the first member with a name; nil when there is none.
    ///
    /// - Complexity: O(*n*) in the number of members.
    package func value(of name: StaticString, in document: JSONDocument) -> JSONDocument.Place? {
        let text = unsafe Span<UInt8>(_unsafeStart: name.utf8Start, count: name.utf8CodeUnitCount)
        let print = KeySet.print(text, 0..<text.count)
        for member in members where member.print == print {
            let entry = document.tape.entries[member.key]
            let key = entry.isUnescaped ? document.tape.unescaped.span : document.source.span
            if ByteWord.isSame(key, entry.range, text) { return JSONDocument.Place(index: member.key + 1) }
        }
        return nil
    }
}
