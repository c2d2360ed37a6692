/// A 32-byte digest tagged with its algorithm.
///
/// As text it is the algorithm's name, a colon and 64 lower-case hexadecimal digits:
///
///     sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
///
/// Reading it back is strict, so that one digest has exactly one spelling.
public struct Digest: Sendable, Hashable, CustomStringConvertible {
    /// The length of every digest, in bytes.
    public static let byteCount = 32

    /// The algorithm that made it.
    public let algorithm: DigestAlgorithm

    /// The digest itself: always ``byteCount`` bytes.
    public let bytes: [UInt8]

    /// Makes a digest from bytes computed elsewhere.
    ///
    /// - Precondition: `bytes` has exactly ``byteCount`` bytes.
    public init(algorithm: DigestAlgorithm, bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a digest has \(Self.byteCount) bytes, not \(bytes.count)")
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// Hashes `bytes` in one go.
    ///
    /// - Complexity: O(*n*) in the number of bytes.
    public init(hashing bytes: Span<UInt8>, algorithm: DigestAlgorithm = .sha256) {
        switch algorithm {
        case .sha256:
            let context = SHA256Context()
            context.update(bytes)
            self.init(algorithm: .sha256, bytes: context.finalize())
        case .blake3:
            var hasher = Blake3()
            hasher.update(bytes)
            self.init(algorithm: .blake3, bytes: hasher.finalize(count: Self.byteCount))
        }
    }

    /// Hashes `bytes` in one go.
    ///
    /// - Complexity: O(*n*) in the number of bytes.
    public init(hashing bytes: [UInt8], algorithm: DigestAlgorithm = .sha256) {
        self.init(hashing: bytes.span, algorithm: algorithm)
    }

    /// Reads the tagged form `sha256:<64 hex>` or `blake3:<64 hex>`; the inverse of ``description``.
    ///
    /// - Throws: ``DigestError`` for an unknown algorithm, a wrong length, or a digit that is not lower-case
    ///   hexadecimal. White space is nowhere allowed.
    public init(parsing text: String) throws(DigestError) {
        let utf8 = text.utf8.span
        var colon = 0
        while colon < utf8.count, utf8[colon] != UInt8(ascii: ":") { colon += 1 }
        guard colon < utf8.count else { throw .missingAlgorithm }
        guard let algorithm = Self.algorithm(named: utf8, 0..<colon) else {
            throw .unknownAlgorithm(String(decoding: Array(text.utf8.prefix(colon)), as: UTF8.self))
        }
        let start = colon + 1
        guard utf8.count - start == 2 * Self.byteCount else { throw .wrongLength(digits: utf8.count - start) }
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        for position in 0..<Self.byteCount {
            let place = start &+ 2 &* position
            guard let high = Hex.value(of: utf8[place]) else { throw .notLowerHexadecimal(byteOffset: place) }
            guard let low = Hex.value(of: utf8[place &+ 1]) else { throw .notLowerHexadecimal(byteOffset: place + 1) }
            bytes[position] = high &<< 4 | low
        }
        self.algorithm = algorithm
        self.bytes = bytes
    }

    private static func algorithm(named text: Span<UInt8>, _ range: Range<Int>) -> DigestAlgorithm? {
        for algorithm in [DigestAlgorithm.sha256, .blake3] {
            let name = algorithm.rawValue
            if ByteWord.isSame(text, range, name.utf8.span) { return algorithm }
        }
        return nil
    }

    /// The 64 lower-case hexadecimal digits, without the tag.
    public var hex: String { Hex.encode(bytes) }

    /// The tagged form: `sha256:<64 hex>`.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(8 + 2 * Self.byteCount)
        text.append(contentsOf: algorithm.rawValue.utf8)
        text.append(UInt8(ascii: ":"))
        Hex.append(bytes.span, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Compares in time that does not depend on where the digests differ: use it to verify.
    public func matches(_ other: Digest) -> Bool {
        guard algorithm == other.algorithm else { return false }
        var difference: UInt8 = 0
        for position in 0..<Self.byteCount {
            difference |= bytes[position] ^ other.bytes[position]
        }
        return difference == 0
    }
}

/// A text is not a tagged digest.
public enum DigestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no colon.
    case missingAlgorithm
    /// The word before the colon is not `sha256` or `blake3`.
    case unknownAlgorithm(String)
    /// There are not exactly 64 digits.
    case wrongLength(digits: Int)
    /// A digit is not one of `0`–`9`, `a`–`f`; the offset counts bytes from the start of the text.
    case notLowerHexadecimal(byteOffset: Int)

    /// One sentence that says what is wrong and what is expected.
    public var description: String {
        switch self {
        case .missingAlgorithm:
            "not a tagged digest: expected sha256: or blake3: and 64 lower-case hexadecimal digits"
        case .unknownAlgorithm(let name):
            "unknown digest algorithm \"\(name)\": use sha256 or blake3, in lower case"
        case .wrongLength(let digits):
            "a digest has 64 hexadecimal digits, this one has \(digits) characters after the colon"
        case .notLowerHexadecimal(let offset):
            "byte \(offset) of the digest is not a lower-case hexadecimal digit"
        }
    }
}
