internal import Canonical

extension SignedNote {
    /// The note as bytes: the text, a blank line, and a line for each signature with the base64 of key ID ‖ signature.
    ///
    ///     If you think cryptography is the answer to your problem,
    ///     then you don't know what your problem is.
    ///
    ///     — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
    ///
    /// It is the inverse of ``init(parsing:)``. Every line, the last one too, ends with a line feed.
    ///
    /// - Complexity: O(*n*) in the bytes.
    public var bytes: [UInt8] {
        var bytes = Array(text.utf8)
        bytes.append(Self.newline)
        for signature in signatures {
            bytes.append(contentsOf: Self.signaturePrefix)
            bytes.append(contentsOf: signature.name.utf8)
            bytes.append(UInt8(ascii: " "))
            let blob = NoteKeyName.bytes(signature.keyID) + signature.bytes
            bytes.append(contentsOf: Base64.encode(blob, .standard).utf8)
            bytes.append(Self.newline)
        }
        return bytes
    }

    /// Reads a note, without verifying anything.
    ///
    ///     If you think cryptography is the answer to your problem,
    ///     then you don't know what your problem is.
    ///
    ///     — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
    ///
    /// It is the inverse of ``bytes``. The text reaches to the last blank line, so that it may have blank lines itself.
    /// Signatures of any kind of key are read; the base64 is read strictly.
    ///
    /// - Parameter bytes: The whole note, at most ``maximumBytes``.
    /// - Throws: ``NoteError`` with the line.
    /// - Complexity: O(*n*).
    public init(parsing bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= Self.maximumBytes else { throw NoteError(.tooLarge) }
        try Self.check(text: bytes)
        guard let blank = Self.lastBlankLine(of: bytes) else { throw NoteError(.noSignatures) }
        let text = bytes[..<blank]
        let lines = bytes[(blank + 1)...].dropLast()
            .split(separator: Self.newline, omittingEmptySubsequences: false)
        let firstLine = text.count { $0 == Self.newline } + 2
        var signatures: [NoteSignature] = []
        for (index, line) in lines.enumerated() {
            guard index < Self.maximumSignatures else {
                throw NoteError(.tooManySignatures, line: firstLine + index)
            }
            guard let signature = Self.signature(line: line) else {
                // After the last blank line, an empty line can only mean that nothing follows.
                throw NoteError(line.isEmpty ? .noSignatures : .malformedSignature, line: firstLine + index)
            }
            signatures.append(signature)
        }
        self.init(checkedText: String(decoding: text, as: UTF8.self), signatures: signatures)
    }

    /// Checks what holds for texts and for whole notes alike: UTF-8, no control characters, a line feed at the end.
    static func check(text bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= maximumBytes else { throw NoteError(.tooLarge) }
        var line = 1
        for byte in bytes {
            if byte == newline { line += 1 } else if byte < 0x20 { throw NoteError(.controlCharacter, line: line) }
        }
        if String(validating: bytes, as: UTF8.self) == nil {
            // A line feed is never part of a longer sequence, so that each line is valid or not on its own.
            let lines = bytes.split(separator: newline, omittingEmptySubsequences: false)
            let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
            throw NoteError(.invalidUTF8, line: index.map { $0 + 1 })
        }
        guard bytes.last == newline else { throw NoteError(.missingFinalNewline, line: line) }
    }

    /// The index of the last blank line's line feed: the second of two neighbouring ones.
    private static func lastBlankLine(of bytes: [UInt8]) -> Int? {
        var index = bytes.count - 1
        while index > 0 {
            if bytes[index] == newline, bytes[index - 1] == newline { return index }
            index -= 1
        }
        return nil
    }

    /// Reads `— <name> <base64 of key ID ‖ signature>`; nil when the line is anything else.
    private static func signature(line: ArraySlice<UInt8>) -> NoteSignature? {
        guard line.starts(with: signaturePrefix) else { return nil }
        let parts = line.dropFirst(signaturePrefix.count)
            .split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let name = String(decoding: parts[0], as: UTF8.self)
        guard NoteKeyName.isValid(name) else { return nil }
        guard let blob = Base64.decode(String(decoding: parts[1], as: UTF8.self), .standard), blob.count > 4 else {
            return nil
        }
        return NoteSignature(name: name, keyID: NoteKeyName.bigEndian(blob.prefix(4)), bytes: Array(blob.dropFirst(4)))
    }

    private static var newline: UInt8 { 0x0a }
    /// An em dash (U+2014) and a space.
    private static let signaturePrefix: [UInt8] = [0xe2, 0x80, 0x94, 0x20]
}
