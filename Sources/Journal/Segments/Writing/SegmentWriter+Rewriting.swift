internal import FileSystemSeam

/// Writing records again that others wrote, or that a sync failed for.
///
/// They were checked when they were read first, and are checked again: whatever a disk or the memory on the way gives
/// instead, once, must not be made durable in their place.
extension SegmentWriter {
    /// Writes the records of the active segment again, where they are, from an offset on.
    func rewrite(from start: Int64) throws(JournalError) {
        guard let active, start < view.end.offset else { return }
        do {
            try forEachPiece(of: active, from: start) { (bytes, offset) throws(FileSystemError) in
                try active.file.writeAll(bytes, at: offset)
            }
        } catch {
            throw .io(error, file: SegmentName.path(active.first))
        }
    }

    /// Writes the zeros behind the records again, and makes the segment longer: zeros and a length whose sync failed
    /// once may never become durable, new ones will.
    mutating func grow() throws(JournalError) {
        guard let active else { return }
        var size = active.size + settings.preallocationByteMinimum
        do {
            try active.file.fillWithZeros(from: view.end.offset, to: size)
        } catch  where error.code == .noSpace || error.code == .quotaExceeded {
            size = try self.size(of: active)
            if size <= active.size { size = try shorten(active, else: error) }
        } catch {
            throw .io(error, file: SegmentName.path(active.first))
        }
        self.active?.size = size
    }

    /// Does the same on a full disk: a byte less is a new length, too, where there are zeros to be cut.
    ///
    /// - Returns: the new length.
    private func shorten(_ active: ActiveSegment, else full: FileSystemError) throws(JournalError) -> Int64 {
        let size = active.size - 1
        do throws(FileSystemError) {
            if size < view.end.offset { throw full }
            try active.file.fillWithZeros(from: view.end.offset, to: size)
            try active.file.truncate(to: size)
        } catch {
            throw .io(error, file: SegmentName.path(active.first))
        }
        return size
    }

    /// Reads the records of a segment up to the last one, in pieces of whole lines, each of which has its digest and
    /// follows the one before.
    ///
    /// - Throws: `.inputOutput` when they are not those that were read before.
    func forEachPiece(
        of segment: ActiveSegment,
        from start: Int64,
        _ body: ([UInt8], Int64) throws(FileSystemError) -> Void
    ) throws(FileSystemError) {
        if start >= view.end.offset { return }
        let other = FileSystemError(operation: .read, name: segment.name, code: .inputOutput)
        var reader = SegmentLineReader(segment.file, from: start, to: view.end.offset)
        var verifier = LineVerifier(view.ledger.maker)
        var previous: [UInt8]?
        var piece: [UInt8] = []
        var offset = start
        while reader.offset < view.end.offset {
            guard case .line(let range) = try reader.next() else { throw other }
            do throws(JournalError) {
                previous = try Self.digest(of: reader.buffer.span.extracting(range), after: previous, &verifier)
                if reader.offset == view.end.offset { try check(last: previous ?? [], &verifier) }
            } catch {
                throw other
            }
            piece += reader.buffer[range.lowerBound...range.upperBound]
            if piece.count >= SegmentLineReader.pieceByteCount || reader.offset == view.end.offset {
                try body(piece, offset)
                offset += Int64(piece.count)
                piece.removeAll(keepingCapacity: true)
            }
        }
    }

    /// Checks a line and gives its digest's text.
    ///
    /// - Parameter previous: the digest before; nil when that is not known.
    private static func digest(
        of line: Span<UInt8>,
        after previous: [UInt8]?,
        _ verifier: inout LineVerifier
    ) throws(JournalError) -> [UInt8] {
        let read = try verifier.verified(line, at: 0, RecordPosition(segment: 0, offset: 0))
        if let previous { try LineVerifier.checkLink(line, read, at: 0, after: previous) }
        var digest: [UInt8] = []
        Bytes.assign(line.extracting(read.digest ?? 0..<0), to: &digest)
        return digest
    }

    /// Checks the digest of the last record that is written: what is staged follows it, or the ledger ends with it.
    private func check(last digest: [UInt8], _ verifier: inout LineVerifier) throws(JournalError) {
        guard let end = staged.firstIndex(of: UInt8(ascii: "\n")) else {
            let known = view.ledger.last?.digest ?? ""
            let found = String(decoding: digest, as: UTF8.self)
            if known != found { throw .recordTampered(index: 0, stored: known, recomputed: found) }
            return
        }
        _ = try Self.digest(of: staged.span.extracting(..<end), after: digest, &verifier)
    }
}
