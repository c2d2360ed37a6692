extension CanonicalForm {
    /// Whether `bytes` is a JSON text that already stands in this form.
    ///
    /// Nothing is written and no tree is built: the text is scanned once, then each string, number and order
    /// of keys is checked where it stands.
    ///
    /// - Parameter options: how the text is read; ``CanonicalForm/parsingOptions`` when nil.
    /// - Returns: false also for what is not JSON, or is not what `options` accept.
    /// - Complexity: O(*n*); O(*n* log *n*) for one object of *n* keys.
    public func isCanonical(_ bytes: Span<UInt8>, options: JSONOptions? = nil) -> Bool {
        let options = options ?? parsingOptions
        var scanner = JSONScanner(options: options)
        do {
            try scanner.scan(bytes)
        } catch {
            return false
        }
        return CanonicalCheck(form: self, integers: options.integers ?? integers).holds(scanner.tape, bytes)
    }

    /// Whether `bytes` is a JSON text that already stands in this form.
    public func isCanonical(_ bytes: [UInt8], options: JSONOptions? = nil) -> Bool {
        isCanonical(bytes.span, options: options)
    }
}

/// Walks a tape and compares what stands in the text with the only spelling the form allows.
private struct CanonicalCheck {
    let form: CanonicalForm
    let integers: JSONOptions.Integers

    func holds(_ tape: JSONTape, _ source: Span<UInt8>) -> Bool {
        // Every token is checked to have its canonical spelling, and the canonical lengths of all tokens add
        // up to the length of the text only when there is no white space between them.
        var length = 0
        for index in tape.entries.indices {
            guard let count = canonicalLength(index, tape, source) else { return false }
            length += count
        }
        return length == source.count
    }

    /// The length of one entry with its separators; nil when it is not spelled canonically.
    private func canonicalLength(_ index: Int, _ tape: JSONTape, _ source: Span<UInt8>) -> Int? {
        let entry = tape.entries[index]
        if entry.isShadowed { return nil }
        switch entry.kind {
        case .null, .true: return 4
        case .false: return 5
        case .string: return stringLength(entry, tape, source)
        case .key: return stringLength(entry, tape, source).map { $0 + 1 }
        case .number: return numberLength(entry, source)
        case .array: return 2 + max(0, Int(entry.count) - 1)
        case .object:
            guard !form.sortsKeys || isSorted(index, tape, source) else { return nil }
            return 2 + max(0, Int(entry.count) - 1)
        }
    }

    private func stringLength(_ entry: TapeEntry, _ tape: JSONTape, _ source: Span<UInt8>) -> Int? {
        guard entry.isUnescaped else { return Int(entry.count) + 2 }
        var expected: [UInt8] = []
        StringEscaping.append(tape.unescaped.span, entry.range, to: &expected)
        return stands(expected, at: Int(entry.nextOrOffset), source) ? expected.count : nil
    }

    private func numberLength(_ entry: TapeEntry, _ source: Span<UInt8>) -> Int? {
        if entry.hasOneSpelling(source) { return Int(entry.count) }
        guard
            let number = JSONNumber.parsing(
                source,
                from: Int(entry.start),
                count: Int(entry.count),
                integers: integers
            )
        else { return nil }
        var expected: [UInt8] = []
        form.numberLayout.append(number, to: &expected)
        guard expected.count == Int(entry.count) else { return nil }
        return stands(expected, at: Int(entry.start), source) ? expected.count : nil
    }

    private func stands(_ expected: [UInt8], at start: Int, _ source: Span<UInt8>) -> Bool {
        guard start + expected.count <= source.count else { return false }
        for offset in expected.indices where source[start + offset] != expected[offset] { return false }
        return true
    }

    private func isSorted(_ object: Int, _ tape: JSONTape, _ source: Span<UInt8>) -> Bool {
        var previous: Int? = nil
        var isSorted = true
        tape.forEachKey(of: object) { key in
            if let previous, isSorted {
                isSorted = tape.compareKeys(previous, key, source) == .ascending
            }
            previous = key
        }
        return isSorted
    }
}
