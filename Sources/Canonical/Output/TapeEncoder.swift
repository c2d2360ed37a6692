/// Writes a parsed text in a canonical form, straight from its tape.
///
/// What already stands in the text as the form wants it is not copied piece by piece: neighbouring pieces are
/// gathered into a run and copied at once. A canonical text is one run.
struct TapeEncoder {
    let form: CanonicalForm
    let integers: JSONOptions.Integers
    private(set) var output: [UInt8] = []

    /// The part of the text that is to be copied next.
    private var run = 0..<0
    /// The keys of the objects being written, sorted; one region for each open object.
    private var order: [SortedKey] = []
    /// The place of a value that is written as an empty string; -1 for none.
    private var emptied = -1

    init(form: CanonicalForm, integers: JSONOptions.Integers?) {
        self.form = form
        self.integers = integers ?? form.integers
    }

    /// Writes the whole text into ``output``.
    ///
    /// The recursion is bounded by ``JSONOptions/depthCeiling``.
    ///
    /// - Parameter emptied: the place of a value that is written as `""`, whatever it is; -1 for none.
    mutating func encode(_ tape: borrowing JSONTape, _ source: Span<UInt8>, emptying emptied: Int = -1) {
        self.emptied = emptied
        output.removeAll(keepingCapacity: true)
        output.reserveCapacity(source.count)
        run = 0..<0
        append(0, tape, source)
        flush(source)
    }

    private mutating func append(_ index: Int, _ tape: borrowing JSONTape, _ source: Span<UInt8>) {
        if index == emptied {
            flush(source)
            output.append(UInt8(ascii: "\""))
            output.append(UInt8(ascii: "\""))
            return
        }
        let entry = tape.entries[index]
        switch entry.kind {
        case .null, .true: copy(Int(entry.nextOrOffset), 4, source)
        case .false: copy(Int(entry.nextOrOffset), 5, source)
        case .number: appendNumber(entry, source)
        case .string, .key: appendString(entry, tape, source)
        case .array: appendArray(index, entry, tape, source)
        case .object: appendObject(index, entry, tape, source)
        }
    }

    @inline(__always)
    private mutating func appendString(_ entry: TapeEntry, _ tape: borrowing JSONTape, _ source: Span<UInt8>) {
        if entry.isUnescaped {
            flush(source)
            StringEscaping.append(tape.unescaped.span, entry.range, to: &output)
        } else {
            // What needed no escape in the text needs none here: it is copied with its quotes.
            copy(Int(entry.nextOrOffset), Int(entry.count) &+ 2, source)
        }
    }

    @inline(__always)
    private mutating func appendNumber(_ entry: TapeEntry, _ source: Span<UInt8>) {
        if entry.hasOneSpelling(source) {
            copy(Int(entry.start), Int(entry.count), source)
            return
        }
        flush(source)
        let number = JSONNumber.parsing(
            source,
            from: Int(entry.start),
            count: Int(entry.count),
            integers: integers
        )
        // The scanner refused what overflows, so there always is a number.
        if let number { form.numberLayout.append(number, to: &output) }
    }

    private mutating func appendArray(
        _ index: Int,
        _ entry: TapeEntry,
        _ tape: borrowing JSONTape,
        _ source: Span<UInt8>
    ) {
        append(UInt8(ascii: "["), source)
        var element = index + 1
        let end = Int(entry.nextOrOffset)
        while element < end {
            if element > index + 1 { append(UInt8(ascii: ","), source) }
            append(element, tape, source)
            element = tape.next(after: element)
        }
        append(UInt8(ascii: "]"), source)
    }

    private mutating func appendObject(
        _ index: Int,
        _ entry: TapeEntry,
        _ tape: borrowing JSONTape,
        _ source: Span<UInt8>
    ) {
        append(UInt8(ascii: "{"), source)
        if form.sortsKeys {
            let start = order.count
            pushSortedKeys(of: index, tape, source)
            let end = order.count
            for place in start..<end {
                appendMember(order[place].index, isFirst: place == start, tape, source)
            }
            order.removeLast(end - start)
        } else {
            var isFirst = true
            tape.forEachKey(of: index) { key in
                appendMember(key, isFirst: isFirst, tape, source)
                isFirst = false
            }
        }
        append(UInt8(ascii: "}"), source)
    }

    @inline(__always)
    private mutating func appendMember(
        _ key: Int,
        isFirst: Bool,
        _ tape: borrowing JSONTape,
        _ source: Span<UInt8>
    ) {
        if !isFirst { append(UInt8(ascii: ","), source) }
        appendString(tape.entries[key], tape, source)
        append(UInt8(ascii: ":"), source)
        append(key &+ 1, tape, source)
    }

    private mutating func pushSortedKeys(of object: Int, _ tape: borrowing JSONTape, _ source: Span<UInt8>) {
        let start = order.count
        var isSorted = true
        tape.forEachKey(of: object) { index in
            let key = SortedKey(index, tape, source)
            if isSorted, order.count > start { isSorted = !order[order.count &- 1].follows(key, tape, source) }
            order.append(key)
        }
        if !isSorted { SortedKey.sort(&order, from: start, tape, source) }
    }
}

// MARK: - Runs

extension TapeEncoder {
    /// Writes `count` bytes that stand in the text from `start` on.
    @inline(__always)
    private mutating func copy(_ start: Int, _ count: Int, _ source: Span<UInt8>) {
        if start != run.upperBound {
            flush(source)
            run = start..<start
        }
        run = run.lowerBound..<(start &+ count)
    }

    /// Writes a bracket, comma or colon.
    @inline(__always)
    private mutating func append(_ byte: UInt8, _ source: Span<UInt8>) {
        if run.upperBound < source.count, source[run.upperBound] == byte {
            run = run.lowerBound..<(run.upperBound &+ 1)
        } else {
            flush(source)
            output.append(byte)
        }
    }

    @inline(__always)
    private mutating func flush(_ source: Span<UInt8>) {
        if run.isEmpty { return }
        output.append(source, run)
        run = run.upperBound..<run.upperBound
    }
}

extension TapeEntry {
    /// Whether a number is an integer so short that every form spells it as it stands; −0 is none of them.
    @inline(__always)
    func hasOneSpelling(_ source: Span<UInt8>) -> Bool {
        isInteger && count <= 15 && source[Int(start)] != UInt8(ascii: "-")
    }
}
