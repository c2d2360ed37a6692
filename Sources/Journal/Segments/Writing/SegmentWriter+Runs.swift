@_spi(Bytes) internal import Canonical
internal import FileSystemSeam

/// The files of the index, as a writer makes and removes them.
extension SegmentWriter {
    /// Runs of this many records or more are synced: making them anew would take noticeable time.
    private static let durableRunMinimum: UInt64 = 8192

    /// Writes one run over some runs and a chunk.
    func publish(_ runs: [IndexRun], _ chunk: IndexChunk?) throws(IndexBuilder.Failure) -> IndexRun {
        guard let first = runs.first?.header.first ?? chunk?.first, let last = chunk?.last ?? runs.last?.header.last
        else { preconditionFailure("there is something to write") }
        let name = RunHeader.name(first: first, last: last)
        let directory: any Directory
        let number: UInt64
        do {
            directory = try view.directory.madeSubdirectory(IndexRun.directoryName)
            number = try place.fileSystem.randomWord()
        } catch {
            throw .unwritable(error)
        }
        let merge = IndexMerge(directory: directory, maker: view.ledger.maker, number: number)
        try merge.run(runs, chunk, isDurable: last - first + 1 >= Self.durableRunMinimum)
        do throws(FileSystemError) {
            if let run = try IndexRun(name, in: directory, view.ledger.maker, place.pages) { return run }
            throw FileSystemError(operation: .read, name: name, code: .inputOutput)
        } catch {
            throw .unwritable(error)
        }
    }

    /// Removes all runs, so that none is used again.
    ///
    /// - Throws: when one cannot be removed.
    func discardRuns() throws(JournalError) {
        let names = try IndexListing(of: view.directory, view.ledger.maker).names
        for name in names where name.hasSuffix(RunHeader.nameSuffix) {
            do {
                try view.directory.subdirectory(IndexRun.directoryName).remove(name)
            } catch  where error.code == .noEntry {
                // Removed by somebody else, which is as good.
            } catch {
                throw .io(error, file: "\(IndexRun.directoryName)/\(name)")
            }
        }
    }

    /// Removes files of the index that are not used any more, where that is possible: they do no harm.
    func remove(_ names: [String]) {
        guard !names.isEmpty, let directory = try? view.directory.subdirectory(IndexRun.directoryName) else { return }
        for name in names where name.hasSuffix(RunHeader.nameSuffix) || name.hasSuffix(".tmp") {
            try? directory.remove(name)
        }
    }

    /// A digest's 32 bytes; zeros for none.
    static func raw(_ digest: String?) -> [UInt8] {
        digest.flatMap { [UInt8](sha256Text: $0) } ?? [UInt8](repeating: 0, count: Digest.byteCount)
    }
}

extension FileSystem {
    /// Eight random bytes as a number.
    fileprivate func randomWord() throws(FileSystemError) -> UInt64 {
        var bytes = [UInt8](repeating: 0, count: 8)
        var span = bytes.mutableSpan
        try fillRandom(&span)
        return ByteWord.load(bytes.span, at: 0)
    }
}
