internal import FileSystemSeam

/// Merges runs that follow each other, and a chunk behind them, into one run.
struct IndexMerge {
    let directory: any Directory
    let maker: IndexKeyMaker
    /// The number of the new run: random.
    let number: UInt64

    /// Writes the new run and gives it its name.
    ///
    /// - Throws: `.damage` when a run cannot be read: all of it must be made anew; `.unwritable` when the new one could
    ///   not be written, and nothing changed.
    func run(_ runs: [IndexRun], _ chunk: IndexChunk?, isDurable: Bool) throws(IndexBuilder.Failure) {
        guard let header = header(runs, chunk) else { preconditionFailure("there is something to merge") }
        let entryCount = runs.reduce(chunk?.entryCount ?? 0) { $0 + $1.header.entryCount }
        var writer: RunWriter
        do {
            writer = try RunWriter(in: directory, header, entryCount: entryCount, maker)
        } catch {
            throw .unwritable(error)
        }
        do throws(IndexDamage) {
            var table = try MergedTable(runs, chunk?.entries ?? [])
            while let entry = try table.next() { writer.add(entry) }
            for run in runs {
                var states = StateCursor(run)
                while let state = try states.next() { writer.add(state) }
            }
        } catch {
            writer.abandon()
            throw .damage(error)
        }
        for state in chunk?.states ?? [] { writer.add(state) }
        do {
            try writer.publish(isDurable: isDurable)
        } catch {
            throw .unwritable(error)
        }
    }

    private func header(_ runs: [IndexRun], _ chunk: IndexChunk?) -> RunHeader? {
        guard let first = runs.first?.header.first ?? chunk?.first,
            let last = chunk?.last ?? runs.last?.header.last,
            let end = chunk?.end ?? runs.last?.header.end,
            let previous = runs.first?.header.previousDigest ?? chunk?.previousDigest,
            let digest = chunk?.lastDigest ?? runs.last?.header.lastDigest
        else { return nil }
        var header = RunHeader(
            number: number,
            mark: maker.mark,
            first: first,
            last: last,
            end: end,
            previousDigest: previous,
            lastDigest: digest
        )
        for run in runs {
            header.revocationCount += run.header.revocationCount
            header.segments.add(run.header.segments)
        }
        header.revocationCount += chunk?.revocationCount ?? 0
        header.segments.add(chunk?.segments ?? SegmentSum())
        return header
    }
}

/// The entries of several tables in order, one for each key.
struct MergedTable {
    private var cursors: [TableCursor] = []
    private let entries: [IndexEntry]
    private var place = 0

    init(_ runs: [IndexRun], _ entries: [IndexEntry]) throws(IndexDamage) {
        for run in runs { cursors.append(try TableCursor(run)) }
        self.entries = entries
    }

    /// The next entry; nil behind the last.
    mutating func next() throws(IndexDamage) -> IndexEntry? {
        var least: IndexEntry? = place < entries.count ? entries[place] : nil
        for cursor in cursors {
            if let entry = cursor.current, least.map({ entry < $0 }) ?? true { least = entry }
        }
        guard var result = least else { return nil }
        for number in cursors.indices {
            guard let entry = cursors[number].current, entry.hasSameKey(as: result) else { continue }
            result = IndexEntry.winner(result, entry)
            try cursors[number].advance()
        }
        if place < entries.count, entries[place].hasSameKey(as: result) {
            result = IndexEntry.winner(result, entries[place])
            place &+= 1
        }
        return result
    }

}
