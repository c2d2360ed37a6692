/// The sizes that the `segments` layout works with. They are no part of the format: a journal may be written with any.
///
/// Tests make them small, so that every border is crossed by a few records.
package struct SegmentSettings: Sendable, Hashable {
    /// A segment that holds this much, in bytes, is sealed and the next one begun.
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

    package init() {}
}
