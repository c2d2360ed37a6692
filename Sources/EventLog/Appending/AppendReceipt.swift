/// What an append did.
public struct AppendReceipt: Sendable, Hashable {
    /// The numbers of the events, in their order; none for an empty append.
    public let sequenceNumbers: Range<UInt64>
    /// Where their lines stand in the file.
    public let byteRange: Range<Int64>
    /// Whether the counter was written. When not, the next writer counts the lines, which takes longer.
    public let isCounterWritten: Bool
    /// What a crash had left behind the last whole line, and was moved away first.
    public let quarantined: QuarantinedTail?
}
