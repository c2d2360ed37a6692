/// The sizes that the `segments` layout works with. They are no part of the format: a journal may be written with any.
///
/// Tests make them small, so that every border is crossed by a few records.
package struct SegmentSettings: Sendable, Hashable {
    /// A segment that the next record would bring above this many bytes is sealed, and the next one begun; a longer
    /// record stands alone.
    package var segmentByteMaximum: Int64 = 64 << 20
    /// How much a new segment is filled with zeros ahead of its records, in bytes; later steps double…
    package var preallocationByteMinimum: Int64 = 16 << 10
    /// … up to this.
    package var preallocationByteMaximum: Int64 = 1 << 20
    /// How many records are kept in memory before they become a run of the index.
    package var tailRecordMaximum = 512
    /// The same, in bytes of records: what opening reads again.
    package var tailByteMaximum: Int64 = 1 << 20
    /// How much larger than the newer ones a run of the index must be to be left alone.
    package var runGrowth: UInt64 = 8
    /// How much verification and rebuilding give a thread at a time, in bytes.
    package var blockByteCount = 256 << 10
    /// A journal that may well hold this much is read by several threads, in bytes.
    package var parallelByteMinimum: Int64 = 4 << 20
    /// At most how many threads read a journal.
    package var threadMaximum = 16
    /// How many records are sorted at a time when an index is made anew: as many as take some tens of megabytes. Each
    /// such chunk takes a look at all those before.
    package var chunkRecordMaximum: UInt64 = 1 << 18
    /// The longest line that is copied into a journal in segments or a bundle, in bytes, with its line feed: what is
    /// longer cannot be read there.
    package var lineByteMaximum = SegmentLineReader.lineByteMaximum
    /// How much memory the keys take that verification knows at a time where an index does not help, in bytes.
    package var auditByteMaximum = 32 << 20

    package init() {}
}
