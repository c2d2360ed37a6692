/// Writes values in a canonical form to bytes or straight into a hash.
///
/// Calls follow the shape of the value: `beginObject`, then `key` and one value for each member, then
/// `endObject`. Commas, quotes, escapes and, in `jcs`, the order of keys are the writer's business. Calls in an
/// impossible order are programming errors and stop the program; a value that JSON cannot hold is remembered
/// and thrown at the end.
public struct CanonicalWriter: ~Copyable {
    /// The form that is written.
    public let form: CanonicalForm

    var bytes: [UInt8] = []
    var hasher: DigestHasher?
    var failure: CanonicalError?
    var needsComma = false
    var isAfterKey = false
    var isComplete = false
    var isInObject = false
    var lastKey = ""
    private(set) var containers: [Container] = []
    private var sorter = MemberSorter()

    /// An array or object that is being written, with the innermost key around it.
    struct Container {
        var isObject: Bool
        var enclosingKey: String
    }

    /// When hashing, bytes are handed on in pieces of about this size.
    private static let pieceByteCount = 4096

    /// Starts writing to bytes.
    public init(form: CanonicalForm) {
        self.form = form
        hasher = nil
    }

    /// Starts writing into a hash.
    public init(form: CanonicalForm, hashing algorithm: DigestAlgorithm) {
        self.form = form
        hasher = DigestHasher(algorithm)
    }

    /// Ends the writing and returns the bytes.
    ///
    /// - Throws: the first ``CanonicalError`` that came up.
    public consuming func finish() throws(CanonicalError) -> [UInt8] {
        precondition(isComplete, "nothing was written, or an object or array was not ended")
        precondition(hasher == nil, "this writer hashes; call finishDigest")
        if let failure { throw failure }
        return bytes
    }

    /// Ends the writing and returns the digest of the bytes.
    ///
    /// - Throws: the first ``CanonicalError`` that came up.
    public consuming func finishDigest() throws(CanonicalError) -> Digest {
        precondition(isComplete, "nothing was written, or an object or array was not ended")
        if let failure { throw failure }
        guard var hasher = hasher.take() else { preconditionFailure("this writer does not hash; call finish") }
        hasher.update(bytes)
        return hasher.finalize()
    }
}

// MARK: - Structure

extension CanonicalWriter {
    /// Begins an object.
    public mutating func beginObject() {
        beginValue()
        bytes.append(UInt8(ascii: "{"))
        containers.append(Container(isObject: true, enclosingKey: lastKey))
        isInObject = true
        if form.sortsKeys { sorter.beginObject() }
        needsComma = false
    }

    /// Ends the object that was begun last.
    public mutating func endObject() {
        precondition(isInObject && !isAfterKey, "endObject without beginObject, or after a key")
        leaveContainer()
        if form.sortsKeys, let key = sorter.endObject(&bytes), failure == nil {
            failure = .duplicateKey(key)
        }
        bytes.append(UInt8(ascii: "}"))
        endValue()
    }

    /// Begins an array.
    public mutating func beginArray() {
        beginValue()
        bytes.append(UInt8(ascii: "["))
        containers.append(Container(isObject: false, enclosingKey: lastKey))
        isInObject = false
        needsComma = false
    }

    /// Ends the array that was begun last.
    public mutating func endArray() {
        precondition(!isInObject && !containers.isEmpty, "endArray without beginArray")
        leaveContainer()
        bytes.append(UInt8(ascii: "]"))
        endValue()
    }

    /// Writes a member's key; its value follows. In a declared form the caller sees to it that no key is
    /// written twice; in `jcs` the writer notices.
    public mutating func key(_ name: String) {
        precondition(isInObject && !isAfterKey, "a key is written inside an object, once")
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        let span = name.utf8.span
        if form.sortsKeys { sorter.addMember(span, at: bytes.count) }
        StringEscaping.append(span, 0..<span.count, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        isAfterKey = true
        lastKey = name
    }

    private mutating func leaveContainer() {
        lastKey = containers.removeLast().enclosingKey
        isInObject = containers.last?.isObject ?? false
    }

    mutating func beginValue() {
        precondition(!isInObject || isAfterKey, "a value inside an object follows its key")
        precondition(!isComplete, "there is one value; put several into an array")
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        isAfterKey = false
    }

    mutating func endValue() {
        isComplete = containers.isEmpty
        needsComma = !isComplete
        if bytes.count >= Self.pieceByteCount, hasher != nil, !form.sortsKeys || containers.isEmpty {
            hasher?.update(bytes)
            bytes.removeAll(keepingCapacity: true)
        }
    }
}

// MARK: - Values

extension CanonicalWriter {
    /// Writes `null`.
    public mutating func null() {
        beginValue()
        bytes.append(contentsOf: "null".utf8)
        endValue()
    }

    /// Writes a string.
    public mutating func value(_ string: String) {
        beginValue()
        let span = string.utf8.span
        StringEscaping.append(span, 0..<span.count, to: &bytes)
        endValue()
    }

    /// Writes `true` or `false`.
    public mutating func value(_ bool: Bool) {
        beginValue()
        bytes.append(contentsOf: (bool ? "true" : "false").utf8)
        endValue()
    }

    /// Writes an integer exactly.
    ///
    /// In `jcs` an integer beyond ±2⁵³ is written exactly too; readers that follow RFC 8785 will round it.
    ///
    /// - Precondition: the integer's magnitude is below 2⁶⁴.
    @inlinable
    public mutating func value(_ integer: some BinaryInteger) {
        value(isNegative: integer < 0, magnitude: UInt64(integer.magnitude))
    }

    @usableFromInline
    mutating func value(isNegative: Bool, magnitude: UInt64) {
        beginValue()
        if isNegative { bytes.append(UInt8(ascii: "-")) }
        NumberLayout.append(magnitude, to: &bytes)
        endValue()
    }

    /// Writes a double in the form's layout.
    public mutating func value(_ double: Double) {
        value(.double(double))
    }

    /// Writes a number.
    public mutating func value(_ number: JSONNumber) {
        beginValue()
        if case .double(let double) = number, !double.isFinite {
            if failure == nil { failure = .notFinite(key: lastKey) }
        } else {
            form.numberLayout.append(number, to: &bytes)
        }
        endValue()
    }

    /// Writes a value that describes itself.
    public mutating func value(_ value: some CanonicalEncodable) { value.encode(to: &self) }
}

// MARK: - Members

extension CanonicalWriter {
    /// Writes a member that is a string.
    public mutating func member(_ name: String, _ string: String) {
        key(name)
        value(string)
    }

    /// Writes a member that is an integer.
    @inlinable
    public mutating func member(_ name: String, _ integer: some BinaryInteger) {
        key(name)
        value(integer)
    }

    /// Writes a member that is a boolean.
    public mutating func member(_ name: String, _ bool: Bool) {
        key(name)
        value(bool)
    }

    /// Writes a member that is a double.
    public mutating func member(_ name: String, _ double: Double) {
        key(name)
        value(double)
    }

    /// Writes a member that describes itself.
    public mutating func member(_ name: String, _ encodable: some CanonicalEncodable) {
        key(name)
        value(encodable)
    }

    /// Writes a member that is a string, or nothing when it is nil.
    public mutating func member(_ name: String, _ string: String?) {
        if let string { member(name, string) }
    }

    /// Writes a member that is an integer, or nothing when it is nil.
    @inlinable
    public mutating func member(_ name: String, _ integer: (some BinaryInteger)?) {
        if let integer { member(name, integer) }
    }

    /// Writes a member that is an array of strings.
    public mutating func member(_ name: String, _ strings: [String]) {
        key(name)
        beginArray()
        for string in strings { value(string) }
        endArray()
    }
}
