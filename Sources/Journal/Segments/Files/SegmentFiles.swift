internal import FileSystemSeam

/// The segments of a journal, in order, with the one that was read last kept open.
struct SegmentFiles: Sendable {
    /// Nil while the journal has no directory of segments.
    let directory: (any Directory)?
    /// The first index of each segment, in order.
    private(set) var firsts: [UInt64] = []
    /// Names in the directory that are no segments.
    private(set) var strays: [String] = []
    private var opened: (first: UInt64, file: any File)?

    /// Lists the segments of the journal in a directory.
    init(of journal: any Directory) throws(JournalError) {
        var found: (any Directory)?
        var entries: [DirectoryEntry] = []
        do {
            found = try journal.subdirectory(SegmentName.directoryName)
            entries = try found?.entries() ?? []
        } catch  where error.code == .noEntry {
            found = nil
        } catch {
            throw .io(error, file: SegmentName.directoryName)
        }
        directory = found
        for entry in entries {
            guard let first = SegmentName.firstIndex(entry.name) else {
                strays.append(entry.name)
                continue
            }
            try Self.checkKind(entry, first)
            firsts.append(first)
        }
        firsts.sort()
        strays.sort()
    }

    /// Refuses what stands at a segment's name and is no file.
    private static func checkKind(_ entry: DirectoryEntry, _ first: UInt64) throws(JournalError) {
        let code: ErrorNumber
        switch entry.kind {
        case nil, .regular: return
        case .directory: code = .isDirectory
        case .symbolicLink: code = .symbolicLinkLoop
        case .other: code = .invalidArgument
        }
        throw .io(
            FileSystemError(operation: .open, name: entry.name, code: code),
            file: SegmentName.path(first)
        )
    }

    /// The segment that holds a record, if any does.
    func segment(of index: UInt64) -> UInt64? {
        var low = 0
        var high = firsts.count
        while low < high {
            let middle = (low + high) / 2
            if firsts[middle] <= index { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : firsts[low - 1]
    }

    /// The segment that follows another; nil for the last.
    func segment(after first: UInt64) -> UInt64? { firsts.first { $0 > first } }

    /// Notes a segment that was made.
    mutating func add(_ first: UInt64) {
        if firsts.last.map({ $0 < first }) ?? true { firsts.append(first) }
    }

    /// A segment, open for reading.
    mutating func file(_ first: UInt64) throws(JournalError) -> any File {
        if let opened, opened.first == first { return opened.file }
        let name = SegmentName.text(first)
        do throws(FileSystemError) {
            guard let directory else { throw FileSystemError(operation: .open, name: name, code: .noEntry) }
            let file = try directory.open(name, .read, permissions: .ownerFile)
            if try file.extent().kind != .regular {
                throw FileSystemError(operation: .open, name: name, code: .invalidArgument)
            }
            opened = (first, file)
            return file
        } catch  where error.code == .noEntry {
            throw .missingRecord(index: first, evidence: "\(SegmentName.path(first)) is gone")
        } catch {
            throw .io(error, file: SegmentName.path(first))
        }
    }

    /// Forgets the file that is kept open: another may stand at its name now.
    mutating func close() { opened = nil }
}
