internal import Canonical
internal import FileSystemSeam

extension SegmentWriter {
    private static let quarantineName = "quarantine"

    /// Copies what stands behind the last record and was never acknowledged to `quarantine/`, durably.
    ///
    /// The name tells where the bytes stood, and their digest, so that a repetition after a crash gives the same file.
    ///
    ///     quarantine/00000000000000000001-7304-0123456789abcdef.torn
    func copyToQuarantine(until end: Int64) throws(JournalError) {
        guard let active, active.first == view.end.segment else {
            preconditionFailure("only the last segment can be torn")
        }
        do throws(FileSystemError) {
            let quarantine = try view.directory.makeDirectories([Self.quarantineName])
            let hash = try digest(of: active.file, from: view.end.offset, to: end)
            let name =
                "\(SegmentName.padded(active.first))-\(view.end.offset)-\(hash.hex.prefix(16)).torn"
            try copy(active, until: end, hash, to: name, in: quarantine)
            try quarantine.sync()
        } catch {
            throw .io(error, file: Self.quarantineName)
        }
    }

    /// Copies what stands behind the last record to a file, which gets its name when it is whole and durable.
    private func copy(
        _ active: ActiveSegment,
        until end: Int64,
        _ hash: Digest,
        to name: String,
        in quarantine: any Directory
    ) throws(FileSystemError) {
        let temporary = name + ".tmp"
        if try quarantine.exists(temporary) { try quarantine.remove(temporary) }
        do throws(FileSystemError) {
            let copy = try quarantine.open(temporary, [.write, .create, .exclusive], permissions: .ownerFile)
            let start = view.end.offset
            let copied = try digest(of: active.file, from: start, to: end) { (bytes, offset) throws(FileSystemError) in
                try copy.writeAll(bytes, at: offset - start)
            }
            // The original is wiped next: a copy of something else would be all that is left.
            if copied != hash { throw FileSystemError(operation: .read, name: active.name, code: .inputOutput) }
            try copy.sync(.data)
            try copy.close()
            try quarantine.rename(temporary, to: name, in: quarantine, exclusive: false)
        } catch {
            // On a full disk it takes the room that is missing.
            try? quarantine.remove(temporary)
            throw error
        }
    }

    /// Overwrites what stands behind the last record with zeros, durably, before anything is appended.
    ///
    /// Were it left, a later record could end in the middle of the old bytes, and after a power cut the rest of them
    /// would look like a damaged line. Should the sync fail, the watermark tells the next writer to do it again.
    mutating func wipeDurably(until end: Int64) throws(JournalError) {
        guard let active else { return }
        try announceWiping(until: end)
        do {
            try active.file.fillWithZeros(from: view.end.offset, to: end)
            try active.file.sync(.data)
        } catch {
            throw .io(error, file: SegmentName.path(active.first))
        }
    }

    /// Overwrites a line that could be written in part only. Nobody was told of it, so that failing here is harmless:
    /// whoever comes next finds a torn line, and sets it aside.
    ///
    /// - Returns: whether there was nothing to be overwritten. Else a record may stand that was written whole: here, or
    ///   after a loss of power that undoes this.
    mutating func wipe() -> Bool {
        guard let active, let end = try? active.file.endOfData(from: view.end.offset) else { return false }
        if end <= view.end.offset { return true }
        try? announceWiping(until: end)
        try? active.file.fillWithZeros(from: view.end.offset, to: end)
        return false
    }

    private mutating func announceWiping(until end: Int64) throws(JournalError) {
        guard var watermark = view.watermarkFile.watermark, watermark.end.segment == active?.first else { return }
        watermark.wipingEnd = max(end, watermark.wipingEnd ?? 0)
        try publish(watermark)
    }

    private func digest(
        of file: any File,
        from start: Int64,
        to end: Int64,
        _ body: ([UInt8], Int64) throws(FileSystemError) -> Void = { (_, _) throws(FileSystemError) in }
    ) throws(FileSystemError) -> Digest {
        var hasher = DigestHasher(.sha256)
        var position = start
        while position < end {
            guard let bytes = try file.read(exactly: Int(min(end - position, 1 << 16)), at: position) else { break }
            hasher.update(bytes)
            try body(bytes, position)
            position += Int64(bytes.count)
        }
        return hasher.finalize()
    }
}
