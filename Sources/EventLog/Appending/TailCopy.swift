internal import Canonical
internal import FileSystemSeam

/// A torn tail that was copied, durably, and what is needed to see that the events still end with it.
///
/// Nothing is cut off that was not read, and found in the copy, since the lock was taken. Place and length prove nothing:
/// whoever was faster may have cut the tail off and appended the very batch that was lost, which has the same numbers,
/// and hence the same length. Neither do times, which are only as fine as a clock's tick.
///
/// Whoever takes the lock can change nothing between the reading and the cutting, and whatever others did before shows
/// in what is read. Since no line feed is in the copy, none is in what is cut off: that is always a part of what stands
/// behind the last line feed, whoever wrote it, and never a line. What goes in several cuts is shorter in between, and
/// still a torn tail, for whoever comes first.
///
/// Tools that give up on the lock and append without it show in the size, which is looked at last. Nothing protects
/// from one that does so just between that and the cutting, as nothing protects its numbers.
struct TailCopy {
    let tail: QuarantinedTail
    let identity: FileIdentity
    /// The digest of each piece, from the beginning of the tail on; the last piece may be shorter.
    let pieces: [Digest]
    let pieceByteCount: Int64

    /// How many pieces are compared while the lock is held once: 4 MiB, in some milliseconds. Others append without the
    /// lock when they do not get it for half a second.
    private static let heldMaximum = 4

    /// Cuts off the end of the tail, as much of it as may be compared in one hold of the lock: nearly always all of it.
    ///
    /// - Parameter size: the size of the events, under the lock.
    /// - Returns: the size that is left, the tail's beginning when all of it is gone; nil when the events do not end with
    ///   the tail, or the first pieces of it.
    /// - Complexity: O(*n*) in what is cut off.
    func cutEnd(of events: OpenEvents, size: Int64) throws(FileSystemError) -> Int64? {
        let count = size - tail.byteOffset
        guard events.identity == identity, count > 0,
            count == tail.byteCount || (count < tail.byteCount && count % pieceByteCount == 0)
        else { return nil }
        var end = size
        for index in pieces.indices.prefix(Int((count - 1) / pieceByteCount) + 1).suffix(Self.heldMaximum).reversed() {
            let start = tail.byteOffset + Int64(index) * pieceByteCount
            let bytes = try events.file.read(exactly: Int(end - start), at: start)
            guard bytes.map({ Digest(hashing: $0) == pieces[index] }) ?? false else { return nil }
            end = start
        }
        guard try events.file.extent().size == size else { return nil }
        try events.file.truncate(to: end)
        return end
    }
}
