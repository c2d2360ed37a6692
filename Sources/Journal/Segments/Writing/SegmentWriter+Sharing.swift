internal import FileSystemSeam

/// Appending together with other processes, whose syncs overlap.
///
/// Each one writes under the journal's lock, gives the lock up, syncs, and then publishes what its sync covered. What
/// makes that safe:
///
/// - Whoever writes finds the records of those who are still syncing behind the watermark, counts them, and writes them
///   again in place, in one piece with its own. Its sync covers all that its answers rest on, whatever becomes of the
///   others.
/// - A sync that succeeds covers all that stood in the file when it began, also what another sync took for itself, for
///   else that one's failure would be told here, too. Where the system does not promise that, the lock is kept.
/// - The watermark names only what the sync of the one who writes it covered, and never goes back.
/// - The length of the segment is durable before: whoever makes it longer keeps the lock until that is synced and
///   published.
/// - Lines are written whole before the lock is given up. What is found torn under the lock is nobody's who still
///   lives.
extension SegmentWriter {
    /// The most that is written again of others' records.
    private static let takenOverMaximum: Int64 = 1 << 16

    /// Whether what is staged can be written, and synced without the lock.
    var canShareSyncs: Bool {
        guard isShared, place.isDurable, place.fileSystem.tellsEveryHandleOfFailedSyncs, let active,
            case .watermark(let watermark) = view.watermarkFile.content, watermark == view.watermarkFile.watermark,
            watermark.isOfBoot(bootID), watermark.wipingEnd == nil, watermark.unsyncedIndex == nil,
            watermark.end.segment == active.first, view.end.segment == active.first, watermark.size == active.size
        else { return false }
        return view.end.offset - watermark.end.offset <= Self.takenOverMaximum
            && nextPosition.offset < active.size && !isIndexDue
    }

    /// Writes what is staged behind what others have written and may not have synced yet, which is written again. Under
    /// the lock; to be followed by ``finish(_:)`` without it.
    ///
    ///     pwrite(segment, others' lines and own ones)
    ///
    /// - Returns: the watermark for all of it; nil when there is nothing to be made durable.
    mutating func writeWithoutSync() throws(JournalError) -> Watermark? {
        if staged.isEmpty && !hasUnsecured { return nil }
        guard let active else { preconditionFailure("there is a segment to share") }
        let start = min(durableOffset(in: active.first), view.end.offset)
        do throws(FileSystemError) {
            var bytes: [UInt8] = []
            try forEachPiece(of: active, from: start) { (others, _) throws(FileSystemError) in bytes += others }
            bytes += staged
            try active.file.writeAll(bytes, at: start)
        } catch {
            throw failedWrite(error, to: active)
        }
        view.end.offset += Int64(staged.count)
        staged.removeAll(keepingCapacity: true)
        return currentWatermark
    }

    /// Syncs what was written, and publishes it. Without the lock.
    ///
    ///     fdatasync(segment)
    ///     flock(heads/current.json) · pread · pwrite · pwrite(indexes/watermark.json) · flock
    ///
    /// - Returns: false when the watermark's file is not what it was: the records are durable, but have to be looked up
    ///   again.
    mutating func finish(_ watermark: Watermark) throws(JournalError) -> Bool {
        try sync()
        return try view.watermarkFile.advance(to: watermark, in: view.directory)
    }
}
