internal import FileSystemSeam

/// The file `heads/current.json` of a journal in segments, and what was last seen in it.
struct WatermarkFile: Sendable {
    static let path = "\(HeadFile.directoryName)/\(HeadFile.fileName)"
    /// How often a reader looks again when it meets the file in the middle of being written.
    private static let readMaximum = 16

    /// Nil when it is not there.
    private(set) var file: (any File)?
    private(set) var content: Watermark.Content
    private var bytes: [UInt8]

    /// Opens and reads it.
    init(in directory: any Directory, forWriting: Bool) throws(JournalError) {
        do {
            let heads = try directory.subdirectory(HeadFile.directoryName)
            let file = try heads.open(
                HeadFile.fileName,
                forWriting ? [.read, .write] : .read,
                permissions: .ownerFile
            )
            self.file = file
            (bytes, content) = try Self.read(file)
        } catch  where error.code == .noEntry {
            file = nil
            content = .missing
            bytes = []
        } catch {
            throw .io(error, file: Self.path)
        }
    }

    /// The watermark; nil when there is none that can be trusted.
    var watermark: Watermark? {
        if case .watermark(let watermark) = content { watermark } else { nil }
    }

    /// What it names, as evidence of a record: nil when it names none, or cannot be read.
    var evidence: JournalHead? {
        switch content {
        case .watermark(let watermark): watermark.head
        case .foreign(let head): head.index == 0 ? nil : head
        case .missing, .unreadable: nil
        }
    }

    /// Looks again; false when nothing changed.
    mutating func refresh() throws(JournalError) -> Bool {
        guard let file else { return false }
        do {
            var now = [UInt8](repeating: 0, count: Watermark.byteCount)
            var span = now.mutableSpan
            if try file.readFully(into: &span, at: 0) == now.count, now == bytes { return false }
            (bytes, content) = try Self.read(file)
        } catch {
            throw .io(error, file: Self.path)
        }
        return true
    }

    /// Whether the file that was opened is still the one in the journal.
    func stands(in directory: any Directory) throws(JournalError) -> Bool {
        do {
            let heads = try directory.subdirectory(HeadFile.directoryName)
            let status = try heads.status(of: HeadFile.fileName)
            return try status.identity == file?.status().identity
        } catch  where error.code == .noEntry {
            return file == nil
        } catch {
            throw .io(error, file: Self.path)
        }
    }

    /// Makes the file, durably, or fills one that is there but cannot be read.
    mutating func create(in directory: any Directory, _ watermark: Watermark) throws(JournalError) {
        do {
            let heads = try directory.madeSubdirectory(HeadFile.directoryName)
            let file = try heads.open(HeadFile.fileName, [.read, .write, .create], permissions: .ownerFile)
            self.file = file
            try file.truncate(to: 0)
            try file.writeAll(watermark.bytes, at: 0)
            try file.sync(.data)
            try heads.sync()
        } catch {
            throw .io(error, file: Self.path)
        }
        bytes = watermark.bytes
        content = .watermark(watermark)
    }

    /// Writes it in place. Only after a sync of everything it names.
    mutating func write(_ watermark: Watermark) throws(JournalError) {
        guard let file else { preconditionFailure("a watermark is written to its file") }
        let bytes = watermark.bytes
        do {
            try file.writeAll(bytes, at: 0)
        } catch {
            throw .io(error, file: Self.path)
        }
        self.bytes = bytes
        content = .watermark(watermark)
    }

    /// Reads the file, again while it is met half written.
    private static func read(_ file: any File) throws(FileSystemError) -> ([UInt8], Watermark.Content) {
        var last: ([UInt8], Watermark.Content) = ([], .unreadable("it is empty"))
        for _ in 0..<readMaximum {
            // More than there should be: a longer file is not ours.
            var bytes = [UInt8](repeating: 0, count: 4 * Watermark.byteCount)
            var span = bytes.mutableSpan
            let filled = try file.readFully(into: &span, at: 0)
            bytes.removeLast(bytes.count - filled)
            if !last.0.isEmpty, bytes == last.0 { break }
            let content = Watermark.read(bytes)
            last = (bytes, content)
            if case .unreadable = content { continue }
            break
        }
        return last
    }
}
