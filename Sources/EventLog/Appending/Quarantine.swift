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

    /// A tail that was copied, durably. It may be cut off when it still is what it was.
    struct Copy {
        let tail: QuarantinedTail
        let identity: FileIdentity
        let digest: Digest

        /// The size of the events with the tail.
        var size: Int64 { tail.byteOffset + tail.byteCount }

        /// A longer tail is not compared again under the lock; its place and length must do.
        private static let comparedMaximum: Int64 = 4 << 20

        /// Whether it is exactly what the events end with.
        func isTail(of events: OpenEvents, size: Int64) throws(FileSystemError) -> Bool {
            guard events.identity == identity, size == self.size else { return false }
            if tail.byteCount > Self.comparedMaximum { return true }
            let bytes = try events.file.read(exactly: Int(tail.byteCount), at: tail.byteOffset)
            return bytes.map { Digest(hashing: $0) == digest } ?? false
        }
    }

    /// How much is copied at a time.
    private static let pieceByteCount: Int64 = 1 << 20

    /// Copies what stands behind the last line feed in `size` bytes of events.
    ///
    /// The copy is on stable storage when this returns: only then may the original be cut off.
    ///
    /// - Returns: nil when the events are shorter by now, or no tail is torn any more: somebody else was faster.
    /// - Throws: `.inputOutput` when what is read to be copied is not what the look for the last line feed saw: one
    ///   wrong bit on the way from the disk would take whole lines for a part of the tail.
    func copy(_ events: OpenEvents, size: Int64) throws(FileSystemError) -> Copy? {
        guard let offset = try EventsTail.tornOffset(in: events.file, 0..<size), offset < size else { return nil }
        let place = try directory.makeDirectories([LogFiles.quarantine])
        defer { try? place.close() }
        let temporary = try fileSystem.temporaryName(for: "torn")
        let target = try place.open(temporary, [.write, .create, .exclusive], permissions: .ownerFile)
        let digest: Digest
        var name: String
        do throws(FileSystemError) {
            guard let copied = try Self.copy(events.file, offset..<size, to: target) else {
                try target.close()
                try place.remove(temporary)
                // Unless somebody cut it off and appended meanwhile, be it just as much: then it begins elsewhere, or
                // is none.
                if try EventsTail.tornOffset(in: events.file, 0..<size) == offset { throw EventsTail.misread }
                return nil
            }
            digest = copied
            try target.sync(.data)
            try target.close()
            name = "\(LogFiles.events).\(offset)-\(digest.hex.prefix(16)).torn"
            do throws(FileSystemError) {
                try place.rename(temporary, to: name, in: place, exclusive: true)
            } catch  where error.code == .exists {
                if try Self.holds(name, digest, byteCount: size - offset, in: place) {
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
        return Copy(tail: tail, identity: events.identity, digest: digest)
    }

    /// Whether a file in the quarantine is a whole copy.
    private static func holds(
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
    /// - Returns: its digest; nil when it is none: a line feed stands in it, or none in front of it, or the file is
    ///   shorter.
    private static func copy(
        _ source: any File,
        _ range: Range<Int64>,
        to target: any File
    ) throws(FileSystemError) -> Digest? {
        if range.lowerBound > 0, try source.read(exactly: 1, at: range.lowerBound - 1) != [lineFeed] { return nil }
        var isTorn = true
        let digest = try read(source, range) { (bytes, offset) throws(FileSystemError) in
            if bytes.contains(lineFeed) { isTorn = false }
            try target.writeAll(bytes, at: offset - range.lowerBound)
        }
        return isTorn ? digest : nil
    }

    private static let lineFeed = UInt8(ascii: "\n")

    /// Reads a part of a file piece by piece.
    ///
    /// - Returns: its digest; nil when the file is shorter.
    private static func read(
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
