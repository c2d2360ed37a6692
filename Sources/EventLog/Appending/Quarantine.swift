internal import Canonical
internal import FileSystemSeam

/// What a crash left behind the last whole line, and where it is kept now.
public struct QuarantinedTail: Sendable, Hashable {
    /// Where it began in the events.
    public let byteOffset: Int64
    /// Its length in bytes.
    public let byteCount: Int64
    /// The file that holds it, relative to the session's directory.
    public let file: String
}

/// Copies torn tails to `quarantine/`, each under a name that says where it stood:
///
///     quarantine/events.jsonl.22907-8c109600b6103166.torn
///
/// The second part is the beginning of the SHA-256 of the bytes, so that one tail that is copied twice, because a crash
/// came between copying and cutting, is one file.
struct Quarantine {
    let directory: any Directory
    let fileSystem: any FileSystem
    /// How much is copied at a time.
    let pieceByteCount: Int64

    /// Copies what stands behind the last line feed in `size` bytes of events.
    ///
    /// The copy is on stable storage when this returns: only then may the original be cut off.
    ///
    /// - Returns: nil when the events have another size by now, or no tail is torn any more: somebody else was faster.
    /// - Throws: `.inputOutput` when what is read to be copied is not what the look for the last line feed saw: one
    ///   wrong bit on the way from the disk would take whole lines for a part of the tail.
    func copy(_ events: OpenEvents, size: Int64) throws(FileSystemError) -> TailCopy? {
        guard let offset = try EventsTail.tornOffset(in: events.file, 0..<size), offset < size else { return nil }
        let place = try directory.makeDirectories([LogFiles.quarantine])
        defer { try? place.close() }
        let temporary = try fileSystem.temporaryName(for: "torn")
        let target = try place.open(temporary, [.write, .create, .exclusive], permissions: .ownerFile)
        let digest: Digest
        let pieces: [Digest]
        var name: String
        do throws(FileSystemError) {
            let copied = try copy(events.file, offset..<size, to: target)
            // With another size it was cut off meanwhile, and what was copied may be the beginning of a longer line
            // that came in its place, be it one without a line feed in so many bytes.
            let isUnchanged = try events.file.extent().size == size
            guard let copied, isUnchanged else {
                try target.close()
                try place.remove(temporary)
                // Somebody may have appended just as much: then the end is whole. Where the tail is what it was, it was
                // read in two ways.
                if isUnchanged, try EventsTail.tornOffset(in: events.file, 0..<size) == offset,
                    try events.file.extent().size == size
                {
                    throw EventsTail.misread
                }
                return nil
            }
            (digest, pieces) = copied
            try target.sync(.data)
            try target.close()
            name = "\(LogFiles.events).\(offset)-\(digest.hex.prefix(16)).torn"
            do throws(FileSystemError) {
                try place.rename(temporary, to: name, in: place, exclusive: true)
            } catch  where error.code == .exists {
                if try holds(name, digest, byteCount: size - offset, in: place) {
                    // Its name may be one that a sync failed for; then another sync would say nothing of it.
                    try place.rename(temporary, to: name, in: place, exclusive: false)
                } else {
                    // Somebody put something else there. The copy keeps a name of its own.
                    name = "\(LogFiles.events).\(offset)-\(digest.hex.prefix(16))-\(temporary.suffix(8)).torn"
                    try place.rename(temporary, to: name, in: place, exclusive: true)
                }
            }
            try place.sync()
        } catch {
            try? target.close()
            try? place.remove(temporary)
            throw error
        }
        let tail = QuarantinedTail(
            byteOffset: offset,
            byteCount: size - offset,
            file: "\(LogFiles.quarantine)/\(name)"
        )
        return TailCopy(tail: tail, identity: events.identity, pieces: pieces, pieceByteCount: pieceByteCount)
    }

    /// Whether a file in the quarantine is a whole copy.
    private func holds(
        _ name: String,
        _ digest: Digest,
        byteCount: Int64,
        in place: any Directory
    ) throws(FileSystemError) -> Bool {
        let status = try place.status(of: name)
        guard status.kind == .regular, status.size == byteCount else { return false }
        let file = try place.open(name, .read, permissions: .ownerFile)
        defer { try? file.close() }
        return try read(file, 0..<byteCount) { (_, _) throws(FileSystemError) in } == digest
    }

    /// Copies a torn tail.
    ///
    /// - Returns: its digest, and that of each piece; nil when it is none: a line feed stands in it, or none in front
    ///   of it, or the file is shorter.
    private func copy(
        _ source: any File,
        _ range: Range<Int64>,
        to target: any File
    ) throws(FileSystemError) -> (whole: Digest, pieces: [Digest])? {
        if range.lowerBound > 0, try source.read(exactly: 1, at: range.lowerBound - 1) != [Self.lineFeed] { return nil }
        var isTorn = true
        var pieces: [Digest] = []
        let whole = try read(source, range) { (bytes, offset) throws(FileSystemError) in
            if bytes.contains(Self.lineFeed) { isTorn = false }
            pieces.append(Digest(hashing: bytes))
            try target.writeAll(bytes, at: offset - range.lowerBound)
        }
        guard let whole, isTorn else { return nil }
        return (whole, pieces)
    }

    private static let lineFeed = UInt8(ascii: "\n")

    /// Reads a part of a file piece by piece.
    ///
    /// - Returns: its digest; nil when the file is shorter.
    private func read(
        _ file: any File,
        _ range: Range<Int64>,
        _ body: ([UInt8], Int64) throws(FileSystemError) -> Void
    ) throws(FileSystemError) -> Digest? {
        var hasher = DigestHasher(.sha256)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = Int(min(pieceByteCount, range.upperBound - offset))
            guard let bytes = try file.read(exactly: count, at: offset) else { return nil }
            hasher.update(bytes)
            try body(bytes, offset)
            offset += Int64(count)
        }
        return hasher.finalize()
    }
}
