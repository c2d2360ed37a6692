/// Writes a parsed text in a canonical form, straight from its tape.
struct TapeEncoder {
    let form: CanonicalForm
    let integers: JSONOptions.Integers
    var output: [UInt8] = []
    /// The keys of the objects being written, sorted; one region per open object.
    private var order: [UInt32] = []

    init(form: CanonicalForm, integers: JSONOptions.Integers) {
        self.form = form
        self.integers = integers
    }

    /// Appends the whole text.
    mutating func encode(_ tape: JSONTape, _ source: Span<UInt8>) {
        output.reserveCapacity(output.count + source.count)
        append(0, tape, source)
    }

    /// Appends the value at a tape index.
    mutating func append(_ index: Int, _ tape: JSONTape, _ source: Span<UInt8>) {
        let entry = tape.entries[index]
        switch entry.kind {
        case .null: output.append(contentsOf: "null".utf8)
        case .true: output.append(contentsOf: "true".utf8)
        case .false: output.append(contentsOf: "false".utf8)
        case .number: appendNumber(entry, source)
        case .string, .key: appendString(entry, tape, source)
        case .array: appendArray(index, entry, tape, source)
        case .object: appendObject(index, entry, tape, source)
        }
    }

    @inline(__always)
    mutating func appendString(_ entry: TapeEntry, _ tape: JSONTape, _ source: Span<UInt8>) {
        if entry.isUnescaped {
            StringEscaping.append(tape.unescaped.span, entry.range, to: &output)
        } else {
            StringEscaping.appendPlain(source, entry.range, to: &output)
        }
    }

    @inline(__always)
    private mutating func appendNumber(_ entry: TapeEntry, _ source: Span<UInt8>) {
        // A short integer already stands in its one spelling, but for −0.
        if entry.isInteger, entry.count <= 15, source[Int(entry.start)] != UInt8(ascii: "-") {
            output.append(source, entry.range)
            return
        }
        let number = JSONNumber.parsing(
            source,
            from: Int(entry.start),
            count: Int(entry.count),
            integers: integers
        )
        // The scanner refused what overflows, so there always is a number.
        if let number { form.numberLayout.append(number, to: &output) }
    }

    private mutating func appendArray(_ index: Int, _ entry: TapeEntry, _ tape: JSONTape, _ source: Span<UInt8>) {
        output.append(UInt8(ascii: "["))
        var element = index + 1
        let end = Int(entry.nextOrOffset)
        while element < end {
            if element > index + 1 { output.append(UInt8(ascii: ",")) }
            append(element, tape, source)
            element = tape.next(after: element)
        }
        output.append(UInt8(ascii: "]"))
    }

    private mutating func appendObject(_ index: Int, _ entry: TapeEntry, _ tape: JSONTape, _ source: Span<UInt8>) {
        output.append(UInt8(ascii: "{"))
        let start = order.count
        var isSorted = true
        tape.forEachKey(of: index) { key in
            if form.sortsKeys, isSorted, order.count > start {
                isSorted = tape.compareKeys(Int(order[order.count - 1]), key, source) == .ascending
            }
            order.append(UInt32(key))
        }
        if form.sortsKeys, !isSorted { sortOrder(from: start, tape, source) }
        let end = order.count
        for place in start..<end {
            if place > start { output.append(UInt8(ascii: ",")) }
            let key = Int(order[place])
            appendString(tape.entries[key], tape, source)
            output.append(UInt8(ascii: ":"))
            append(key + 1, tape, source)
        }
        order.removeLast(end - start)
        output.append(UInt8(ascii: "}"))
    }

    private mutating func sortOrder(from start: Int, _ tape: JSONTape, _ source: Span<UInt8>) {
        if start == 0 {
            TapeOrder.sort(&order, tape, source)
        } else {
            var region = Array(order[start...])
            TapeOrder.sort(&region, tape, source)
            order.replaceSubrange(start..., with: region)
        }
    }
}
