@_spi(Bytes) internal import Canonical

/// A page of an index file: one sector, so that it is written whole or not at all, and read in one piece.
///
///     504 bytes of contents, then their check, 8 bytes little-endian: the first word of SipHash-2-4, keyed by the
///     journal, over the run's number, the page's place in the run, and the contents
///
/// A page of zeros fails its check, and so does one of another place, run or journal. Runs never change, so that a page
/// which passes is right.
enum IndexPage {
    static let byteCount = 512
    static let contentByteCount = 504

    /// How many entries a page of a table holds. Their count stands in byte 496, whether some that belong to this page
    /// or to one before stand on the next in byte 497; the rest is zero.
    static let entryCount = 31
    static let entryCountOffset = 496
    static let overflowOffset = 497

    /// How many states a page holds; unused ones are zero.
    static let stateCount = 18
    static let stateByteCount = 28

    /// Whether the page that begins at an offset of `bytes` passes its check.
    static func isValid(
        _ bytes: Span<UInt8>,
        at offset: Int,
        _ maker: IndexKeyMaker,
        run: UInt64,
        page: UInt64
    ) -> Bool {
        check(of: bytes, at: offset, maker, run: run, page: page)
            == ByteWord.load(bytes, at: offset &+ contentByteCount)
    }

    private static func check(
        of bytes: Span<UInt8>,
        at offset: Int,
        _ maker: IndexKeyMaker,
        run: UInt64,
        page: UInt64
    ) -> UInt64 {
        maker.check(bytes.extracting(offset..<(offset &+ contentByteCount)), run: run, page: page)
    }

    /// Adds the check to a page's contents.
    static func seal(_ bytes: inout [UInt8], at offset: Int, _ maker: IndexKeyMaker, run: UInt64, page: UInt64) {
        let check = check(of: bytes.span, at: offset, maker, run: run, page: page)
        Bytes.store(check, in: &bytes, at: offset &+ contentByteCount)
    }
}

/// An index file does not say what it should, or cannot be read. What it should say is in the records.
struct IndexDamage: Error {
    /// Which file.
    let file: String
}
