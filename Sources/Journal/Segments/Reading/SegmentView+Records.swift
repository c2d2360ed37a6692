internal import FileSystemSeam

extension SegmentView {
    /// A record, with its digest checked once more.
    mutating func storedRecord(at index: UInt64) throws(JournalError) -> StoredRecord {
        let position = try position(of: index)
        return try Self.stored(try line(at: position), at: index, position, ledger.maker)
    }

    /// The use at the index of a use.
    mutating func use(at index: UInt64) throws(JournalError) -> ApprovalUse {
        try Self.use(try storedRecord(at: index))
    }

    /// The use that an index was given for, if it is one that was asked for.
    ///
    /// - Parameter isAsked: compares by bytes.
    /// - Throws: when it is another one although all records were read; and when the runs of the index may have given
    ///   it: then ``SegmentLedger/damage`` says so, and they must not be asked again.
    mutating func use(
        at index: UInt64,
        where isAsked: (ApprovalUse) -> Bool
    ) throws(JournalError) -> (record: StoredRecord, use: ApprovalUse) {
        let wrong: JournalError
        do throws(JournalError) {
            let record = try storedRecord(at: index)
            let use = try Self.use(record)
            if isAsked(use) { return (record, use) }
            wrong = Self.notAsked(index)
        } catch .io(let error, let file) where ledger.damage == nil {
            throw .io(error, file: file)
        } catch {
            wrong = error
        }
        throw ledger.runs.all.isEmpty ? wrong : ledger.blameRuns()
    }

    static func notAsked(_ index: UInt64) -> JournalError {
        .malformedRecord(
            index: index,
            file: SegmentName.directoryName,
            reason: "it is not the use that it is counted as"
        )
    }

    /// What a record says that is counted as a use.
    static func use(_ record: StoredRecord) throws(JournalError) -> ApprovalUse {
        if case .use(let use) = record.record { return use }
        throw .malformedRecord(index: record.index, file: SegmentName.directoryName, reason: "it is no use")
    }

    mutating func line(at position: RecordPosition) throws(JournalError) -> [UInt8] {
        let file = try files.file(position.segment)
        do {
            var reader = SegmentLineReader(file, from: position.offset, pieceByteCount: 4096)
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
