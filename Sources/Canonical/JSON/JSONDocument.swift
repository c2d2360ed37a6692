/// A parsed JSON text: its bytes and a flat index of what stands where.
///
/// Cheaper than ``JSONValue``: nothing is copied or boxed, strings are ranges of the text. Use it to check a
/// text, to bring it into a canonical form or to hash it; use ``JSONValue`` to look at and change values.
public struct JSONDocument: Sendable {
    /// The text as given.
    public let source: [UInt8]
    let tape: JSONTape
    let integers: JSONOptions.Integers?

    /// Parses `bytes` strictly.
    ///
    /// - Throws: ``JSONError`` with the first place that is wrong. A key that stands twice is noticed at the end of its
    ///   object, so that another fault inside the object is reported first.
    /// - Complexity: O(*n*); O(*n* log *n*) for one object of *n* keys.
    public init(parsing bytes: [UInt8], options: JSONOptions = JSONOptions()) throws(JSONError) {
        var scanner = JSONScanner(options: options)
        try scanner.scan(bytes.span)
        source = bytes
        tape = scanner.tape
        integers = options.integers
    }

    /// Takes what a scanner made of `source`.
    init(scanned source: [UInt8], tape: JSONTape, integers: JSONOptions.Integers?) {
        self.source = source
        self.tape = tape
        self.integers = integers
    }

    /// The text in a canonical form. Integers are read as the options said, and where they did not as the form wants
    /// it: exactly to 64 bits in the declared forms.
    ///
    /// - Complexity: O(*n*) and, for `jcs`, O(*k* log *k*) for each object of *k* keys that are not in order.
    public func canonicalBytes(_ form: CanonicalForm) -> [UInt8] {
        var encoder = TapeEncoder(form: form, integers: integers)
        encoder.encode(tape, source.span)
        return encoder.output
    }

    /// The digest of the text's canonical form.
    public func digest(_ form: CanonicalForm, algorithm: DigestAlgorithm = .sha256) -> Digest {
        Digest(hashing: canonicalBytes(form), algorithm: algorithm)
    }

    /// The digest of the text's canonical form with one value taken for an empty string: how a text is hashed that
    /// holds its own digest.
    package func digest(
        _ form: CanonicalForm,
        emptying place: Place,
        algorithm: DigestAlgorithm = .sha256
    ) -> Digest {
        var encoder = TapeEncoder(form: form, integers: integers)
        encoder.encode(tape, source.span, emptying: place.index)
        return Digest(hashing: encoder.output, algorithm: algorithm)
    }
}

/// Brings many texts into a canonical form, keeping its working memory between them.
///
///     var canonicalizer = Canonicalizer(form: .jcs)
///     for line in lines { digests.append(try canonicalizer.digest(of: line.span)) }
public struct Canonicalizer: ~Copyable {
    private var scanner: JSONScanner
    private var encoder: TapeEncoder

    /// Makes a canonicalizer for one form and one set of options.
    ///
    /// - Parameter options: how texts are read; ``CanonicalForm/parsingOptions`` when nil.
    public init(form: CanonicalForm, options: JSONOptions? = nil) {
        let options = options ?? form.parsingOptions
        scanner = JSONScanner(options: options)
        encoder = TapeEncoder(form: form, integers: options.integers)
    }

    /// The canonical form of `bytes`.
    ///
    /// - Throws: ``JSONError`` when `bytes` is not the JSON that the options ask for.
    public mutating func canonicalBytes(of bytes: Span<UInt8>) throws(JSONError) -> [UInt8] {
        try run(bytes)
        return encoder.output
    }

    /// The digest of the canonical form of `bytes`, without keeping the form.
    ///
    /// - Throws: ``JSONError`` when `bytes` is not the JSON that the options ask for.
    public mutating func digest(
        of bytes: Span<UInt8>,
        algorithm: DigestAlgorithm = .sha256
    ) throws(JSONError) -> Digest {
        try run(bytes)
        return Digest(hashing: encoder.output, algorithm: algorithm)
    }

    private mutating func run(_ bytes: Span<UInt8>) throws(JSONError) {
        try scanner.scan(bytes)
        encoder.encode(scanner.tape, bytes)
    }
}
