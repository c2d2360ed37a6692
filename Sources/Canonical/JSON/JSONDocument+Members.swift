/// Reading a document in place, for decoders of this package that know what they expect.
extension JSONDocument {
    /// The place of a value in its document; the root is ``JSONDocument/root``.
    package struct Place: Sendable, Hashable {
        let index: Int
    }

    /// What sort of value stands at a place.
    package enum Kind: Sendable, Hashable {
        case null, bool, number, string, array, object

        @inline(__always)
        init(_ kind: TapeEntry.Kind) {
            self =
                switch kind {
                case .null: .null
                case .false, .true: .bool
                case .number: .number
                case .string, .key: .string
                case .array: .array
                case .object: .object
                }
        }

        /// The kind in words, with its article, for error messages.
        package var name: String {
            switch self {
            case .null: "null"
            case .bool: "a boolean"
            case .number: "a number"
            case .string: "a string"
            case .array: "an array"
            case .object: "an object"
            }
        }
    }

    /// The whole value.
    package var root: Place { Place(index: 0) }

    /// What sort of value stands at `place`.
    package func kind(at place: Place) -> Kind { Kind(tape.entries[place.index].kind) }

    /// How many elements or members the array or object at `place` has.
    package func count(at place: Place) -> Int { Int(tape.entries[place.index].count) }

    /// Where the value at `place` begins in the text, in bytes.
    package func byteOffset(of place: Place) -> Int {
        let entry = tape.entries[place.index]
        return switch entry.kind {
        case .array, .object: Int(entry.start)
        default: Int(entry.nextOrOffset)
        }
    }

    /// Calls `body` with the key and value of each member of the object at `place`, in the text's order.
    package func forEachMember<E: Error>(
        of place: Place,
        _ body: (_ key: Place, _ value: Place) throws(E) -> Void
    ) throws(E) {
        try tape.forEachKey(of: place.index) { (index) throws(E) in
            try body(Place(index: index), Place(index: index + 1))
        }
    }

    /// Calls `body` with each element of the array at `place`.
    package func forEachElement<E: Error>(of place: Place, _ body: (Place) throws(E) -> Void) throws(E) {
        var index = place.index + 1
        let end = Int(tape.entries[place.index].nextOrOffset)
        while index < end {
            try body(Place(index: index))
            index = tape.next(after: index)
        }
    }

    /// The string or key at `place`, decoded.
    package func string(at place: Place) -> String {
        let entry = tape.entries[place.index]
        return entry.isUnescaped
            ? String(decoding: tape.unescaped[entry.range], as: UTF8.self)
            : String(decoding: source[entry.range], as: UTF8.self)
    }

    /// Whether the string or key at `place`, decoded, has the bytes of `text`.
    package func isString(_ text: String, at place: Place) -> Bool {
        let entry = tape.entries[place.index]
        return ByteWord.isSame(entry.isUnescaped ? tape.unescaped.span : source.span, entry.range, text.utf8.span)
    }

    /// The length of the string or key at `place`, decoded, in bytes of UTF-8.
    package func stringByteCount(at place: Place) -> Int { Int(tape.entries[place.index].count) }

    /// The number at `place`; nil when something else stands there.
    package func number(at place: Place) -> JSONNumber? {
        let entry = tape.entries[place.index]
        guard entry.kind == .number else { return nil }
        return JSONNumber.parsing(
            source.span,
            from: Int(entry.start),
            count: Int(entry.count),
            integers: integers ?? .double
        )
    }

    /// The boolean at `place`; nil when something else stands there.
    package func bool(at place: Place) -> Bool? {
        switch tape.entries[place.index].kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// Line and column of a place in the text, both from 1.
    package func lineAndColumn(ofByte offset: Int) -> (line: Int, column: Int) {
        JSONError.lineAndColumn(ofByte: offset, in: source.span)
    }
}
