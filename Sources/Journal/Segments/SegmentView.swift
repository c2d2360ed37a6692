internal import FileSystemSeam

/// A journal in segments as one handle knows it: its files, and what their records add up to.
struct SegmentView: Sendable {
    let place: JournalPlace
    /// The journal's directory.
    let directory: any Directory
    let identity: FileIdentity
    let journalID: String
    var files: SegmentFiles
    var ledger: SegmentLedger
    /// Where the next record begins.
    var end: RecordPosition
    var watermarkFile: WatermarkFile

    /// A record, with its digest checked once more.
    mutating func storedRecord(at index: UInt64) throws(JournalError) -> StoredRecord {
        let position = try ledger.position(of: index)
        let line = try self.line(at: position)
        return try Self.stored(line, at: index, position, ledger.maker)
    }

    /// The use at the index of a use.
    mutating func use(at index: UInt64) throws(JournalError) -> ApprovalUse {
        guard case .use(let use) = try storedRecord(at: index).record else {
            preconditionFailure("record \(index) is no use, although the index counts it as one")
        }
        return use
    }

    private mutating func line(at position: RecordPosition) throws(JournalError) -> [UInt8] {
        let file = try files.file(position.segment)
        do {
            var reader = LineReader(file, from: position.offset, pieceByteCount: 4096)
            if case .line(let range) = try reader.next() { return Array(reader.buffer[range]) }
        } catch {
            throw .io(error, file: SegmentName.path(position.segment))
        }
        return []
    }

    static func stored(
        _ line: [UInt8],
        at index: UInt64,
        _ position: RecordPosition,
        _ maker: IndexKeyMaker
    ) throws(JournalError) -> StoredRecord {
        var verifier = LineVerifier(maker)
        _ = try verifier.verified(line.span, at: index, position)
        do {
            return StoredRecord(index: index, record: try RecordLine.record(line), bytes: line)
        } catch {
            throw LineVerifier.error(error, at: index, position)
        }
    }
}
