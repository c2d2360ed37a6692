internal import Canonical
internal import FileSystemSeam

/// One file of an index in the `json-records` layout: the indexes of the records that concern one value, a
/// decimal number a line.
///
///     2\n3\n7\n
///
/// An index is a cache. Nothing is decided by it but one thing: a line that names a record which is not there
/// is evidence that a record was removed.
enum IndexFile {
    /// The file for a grant id or nonce digest.
    ///
    /// Each of `: / \ space .` becomes `_`, so different values may share a file. A value of more than 200
    /// bytes is cut to 160 (at a character's edge, so that the name stays valid UTF-8) and told apart by 32
    /// digits of its SHA-256. Nil for a value that no file name can hold, which only a foreign record has.
    static func name(for value: String) -> String? {
        let text = value.utf8.span
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + suffix.utf8.count)
        for place in text.indices {
            switch text[place] {
            case 0: return nil
            case UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: " "), UInt8(ascii: "."):
                bytes.append(UInt8(ascii: "_"))
            case let byte: bytes.append(byte)
            }
        }
        if bytes.count > 200 {
            let digest = Digest(hashing: Array(value.utf8)).hex
            var end = 160
            while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            bytes.removeSubrange(end...)
            bytes.append(contentsOf: "-\(digest.prefix(32))".utf8)
        }
        bytes.append(contentsOf: suffix.utf8)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What every index file's name ends in.
    private static let suffix = ".txt"

    /// Whether an entry in a directory of indexes is named like an index file.
    static func isNamed(_ entry: DirectoryEntry) -> Bool { ends(entry, with: suffix) }

    /// Whether it is named like one that was being written.
    static func isTemporary(_ entry: DirectoryEntry) -> Bool { ends(entry, with: ".txt.tmp") }

    private static func ends(_ entry: DirectoryEntry, with suffix: String) -> Bool {
        let bytes = entry.nameBytes.span
        let start = bytes.count - suffix.utf8.count
        return start >= 0 && ExactText.holds(bytes, start..<bytes.count, suffix.utf8.span)
    }

    /// The lines for a list of record indexes; the inverse of ``indexes(in:)``.
    static func lines(_ indexes: [UInt64]) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in indexes {
            bytes.append(contentsOf: String(index).utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// Whether a file's bytes are the lines for a list of record indexes.
    static func holds(_ bytes: [UInt8], exactly indexes: [UInt64]) -> Bool {
        // From the end, where the last digit of a number is.
        var place = bytes.count
        func has(_ byte: UInt8) -> Bool {
            place -= 1
            return place >= 0 && bytes[place] == byte
        }
        for index in indexes.reversed() {
            guard has(UInt8(ascii: "\n")) else { return false }
            var rest = index
            repeat {
                guard has(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)) else { return false }
                rest /= 10
            } while rest > 0
        }
        return place == 0
    }

    /// The record indexes that the lines name. Records count from 1: a line that is no number, and one of zeros, names
    /// none and is passed over.
    static func indexes(in bytes: [UInt8]) -> [UInt64] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            var index: UInt64 = 0
            for byte in line { guard index.append(decimalDigit: byte) else { return nil } }
            return index > 0 ? index : nil
        }
    }

    /// The records that the file names although they are not there.
    ///
    /// A lost line end glues two numbers together: `1` and `2` become `12`. So when the digits of the whole file
    /// are what the records lead one to expect, or the beginning of it, no number in it is evidence of anything.
    static func missing(in bytes: [UInt8], expected: [UInt64], isThere: (UInt64) -> Bool) -> [UInt64] {
        let named = indexes(in: bytes).filter { !isThere($0) }
        if named.isEmpty { return [] }
        let digits = bytes.filter { $0 != UInt8(ascii: "\n") }
        let expectedDigits = expected.flatMap { Array(String($0).utf8) }
        return expectedDigits.starts(with: digits) ? [] : named
    }
}
