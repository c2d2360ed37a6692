/// How much of a name stands in that of a temporary file: 255 bytes less `.`, `.tmp-` and 16 digits.
private let temporaryNameByteMaximum = 233

/// What stands between the name and the digits.
private let temporaryMark = ".tmp-"
private let temporaryDigitCount = 16

extension FileSystem {
    /// A name for a temporary file that nobody else thinks of: `.head.json.tmp-`, and 16 random hexadecimal
    /// digits.
    ///
    /// Good for files that stand for long, and where leftovers are told apart by age. Of a name of more than 233 bytes
    /// only the beginning stands in it, in whole characters, so that it is no longer than 255 bytes, which most file
    /// systems take.
    public func temporaryName(for name: String) throws(FileSystemError) -> String {
        var random = [UInt8](repeating: 0, count: temporaryDigitCount / 2)
        var span = random.mutableSpan
        try fillRandom(&span)
        var result = ".\(name.temporaryStem)\(temporaryMark)"
        for byte in random {
            result += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return result
    }
}

extension String {
    /// What of a name stands in that of a temporary file for it.
    fileprivate var temporaryStem: String {
        var beginning = ""
        for scalar in unicodeScalars {
            if beginning.utf8.count + UTF8.width(scalar) > temporaryNameByteMaximum { break }
            beginning.unicodeScalars.append(scalar)
        }
        return beginning
    }

    /// The name that this is a temporary one for, as ``FileSystem/temporaryName(for:)`` gives it, and of a long one the
    /// beginning; nil for another name.
    package var nameOfTemporary: String? {
        let (beginning, digits) = (utf8.dropLast(temporaryDigitCount), utf8.suffix(temporaryDigitCount))
        let stem = beginning.dropLast(temporaryMark.utf8.count).dropFirst()
        guard utf8.first == UInt8(ascii: "."), !stem.isEmpty,
            beginning.suffix(temporaryMark.utf8.count).elementsEqual(temporaryMark.utf8),
            digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 || $0 &- UInt8(ascii: "a") < 6 })
        else { return nil }
        return String(decoding: stem, as: UTF8.self)
    }

    /// Whether this is a temporary name for another one.
    package func isTemporaryName(for name: String) -> Bool {
        nameOfTemporary?.utf8.elementsEqual(name.temporaryStem.utf8) ?? false
    }
}
