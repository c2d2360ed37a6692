@_spi(Bytes) internal import Canonical

/// The first page of a run: what it covers, and where what stands in it.
///
///     0   "HFINDEX1"          8   the run's number, random        16  the journal's mark
///     24  first record        32  last record                     40  entries of the table
///     48  pages that entries are spread over                      56  pages of the table, overflow included
///     64  pages of states     72  revocations among the records   80  segments that begin with one of the records
///     88  a sum over those    96  the last record's segment       104 where its line ends there
///     112 the digest of the record before the first, 32 bytes, zeros when there is none
///     144 the digest of the last record, 32 bytes                 504 the page's check
///
/// All numbers have eight bytes, little-endian.
struct RunHeader: Sendable, Hashable {
    var number: UInt64
    var mark: UInt64
    var first: UInt64
    var last: UInt64
    var entryCount: UInt64 = 0
    var homePageCount: UInt64 = 1
    var tablePageCount: UInt64 = 1
    var statePageCount: UInt64 = 0
    var revocationCount: UInt64 = 0
    var segments = SegmentSum()
    var end: RecordPosition
    var previousDigest: [UInt8]
    var lastDigest: [UInt8]

    static let magic = Array("HFINDEX1".utf8)
    private static let digestByteCount = 32

    /// How many records it covers.
    var count: UInt64 { last - first + 1 }
    /// The page at which the states begin.
    var firstStatePage: UInt64 { 1 + tablePageCount }
    /// The file's length, in bytes.
    var fileByteCount: Int64 { Int64(1 + tablePageCount + statePageCount) * Int64(IndexPage.byteCount) }

    /// The page; the inverse of ``init(_:_:)``.
    func page(_ maker: IndexKeyMaker) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: IndexPage.byteCount)
        for (offset, byte) in Self.magic.enumerated() { bytes[offset] = byte }
        let words = [
            number, mark, first, last, entryCount, homePageCount, tablePageCount, statePageCount, revocationCount,
            segments.count, segments.sum, end.segment, UInt64(end.offset),
        ]
        for (place, word) in words.enumerated() { Bytes.store(word, in: &bytes, at: 8 + 8 * place) }
        for (offset, byte) in previousDigest.enumerated() { bytes[112 + offset] = byte }
        for (offset, byte) in lastDigest.enumerated() { bytes[144 + offset] = byte }
        // The header's own check does not depend on its number, which is in it.
        IndexPage.seal(&bytes, at: 0, maker, run: 0, page: 0)
        return bytes
    }

    /// Reads a page; nil when it is no header of this journal, or contradicts itself.
    init?(_ bytes: [UInt8], _ maker: IndexKeyMaker) {
        guard bytes.count == IndexPage.byteCount, bytes.starts(with: Self.magic),
            IndexPage.isValid(bytes.span, at: 0, maker, run: 0, page: 0)
        else { return nil }
        func word(_ place: Int) -> UInt64 { ByteWord.load(bytes.span, at: 8 + 8 * place) }
        number = word(0)
        mark = word(1)
        first = word(2)
        last = word(3)
        entryCount = word(4)
        homePageCount = word(5)
        tablePageCount = word(6)
        statePageCount = word(7)
        revocationCount = word(8)
        segments = SegmentSum(count: word(9), sum: word(10))
        end = RecordPosition(segment: word(11), offset: Int64(clamping: word(12)))
        previousDigest = Array(bytes[112..<(112 + Self.digestByteCount)])
        lastDigest = Array(bytes[144..<(144 + Self.digestByteCount)])
        guard mark == maker.mark, first >= 1, first <= last, last <= IndexEntry.indexMaximum, homePageCount >= 1,
            tablePageCount >= homePageCount, tablePageCount <= 1 << 40, statePageCount <= 1 << 40,
            // These are summed up when runs are merged, and say how many pages the new one has.
            entryCount <= tablePageCount * UInt64(IndexPage.entryCount), revocationCount <= last - first + 1
        else { return nil }
    }

    init(
        number: UInt64,
        mark: UInt64,
        first: UInt64,
        last: UInt64,
        end: RecordPosition,
        previousDigest: [UInt8],
        lastDigest: [UInt8]
    ) {
        self.number = number
        self.mark = mark
        self.first = first
        self.last = last
        self.end = end
        self.previousDigest = previousDigest
        self.lastDigest = lastDigest
    }

    /// The name of a run's file, which readers choose runs by.
    ///
    ///     00000000000000000001-00000000000000004096.run
    static func name(first: UInt64, last: UInt64) -> String {
        "\(SegmentName.padded(first))-\(SegmentName.padded(last)).run"
    }

    static let nameSuffix = ".run"
}

/// Which segments begin within a range of records: how many, and a sum that tells them from others.
struct SegmentSum: Sendable, Hashable {
    var count: UInt64 = 0
    var sum: UInt64 = 0

    init(count: UInt64 = 0, sum: UInt64 = 0) {
        self.count = count
        self.sum = sum
    }

    /// Adds a segment by its first record.
    mutating func add(_ first: UInt64) {
        count &+= 1
        var mixed = first &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed &>> 32
        sum &+= mixed &* 0xD6E8_FEB8_6659_FD93
    }

    mutating func add(_ other: SegmentSum) {
        count &+= other.count
        sum &+= other.sum
    }

    /// Of the segments that begin within a range.
    init(of firsts: [UInt64], in range: ClosedRange<UInt64>) {
        for first in firsts where range.contains(first) { add(first) }
    }
}
