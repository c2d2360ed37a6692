internal import FileSystemSeam

/// The file `heads/current.json` of a journal in segments, its copy `indexes/watermark.json`, and what was last seen in
/// them.
///
/// The copy is written after the file. It is evidence of the last record when the file is removed together with it.
struct WatermarkFile: Sendable {
    static let path = "\(HeadFile.directoryName)/\(HeadFile.fileName)"
    static let copyName = "watermark.json"
    static let copyPath = "\(IndexRun.directoryName)/\(copyName)"
    /// How often a reader looks again when it meets the file in the middle of being written.
    private static let readMaximum = 16

    let bootID: String
    /// Where the file stands, and which it is, once that was asked.
    var heads: (any Directory)?
    var identity: FileIdentity?
    /// When a name in `heads` last changed, where the file was looked for after that.
    private var stamp: DirectoryStamp?
    /// Nil when it is not there.
    var file: (any File)?
    var content: Watermark.Content
    var bytes: [UInt8]
    /// Where the copy stands, for a writer; nil when it does not stand yet.
    private(set) var indexes: (any Directory)?
    private(set) var copy: (any File)?
    var copyContent: Watermark.Content
    /// Whether the copy tells more about this boot than the file.
    var prefersCopy = false

    /// Opens and reads both.
    init(in directory: any Directory, bootID: String, forWriting: Bool) throws(JournalError) {
        self.bootID = bootID
        let options: OpenOptions = forWriting ? [.read, .write] : .read
        do {
            heads = try Self.subdirectory(HeadFile.directoryName, of: directory)
            file = try Self.opened(HeadFile.fileName, in: heads, options)
            (bytes, content) = ([], .missing)
            if let file { (bytes, content) = try Self.read(file) }
        } catch {
            throw .io(error, file: Self.path)
        }
        do {
            let indexes = try Self.subdirectory(IndexRun.directoryName, of: directory)
            copy = try Self.opened(Self.copyName, in: indexes, options)
            copyContent = .missing
            if let copy { copyContent = try Self.read(copy, knowing: (bytes, content)).1 }
            if forWriting { self.indexes = indexes }
        } catch {
            throw .io(error, file: Self.copyPath)
        }
        choose()
    }

    private static func subdirectory(
        _ name: String,
        of directory: any Directory
    ) throws(FileSystemError) -> (any Directory)? {
        do {
            return try directory.subdirectory(name)
        } catch  where error.code == .noEntry {
            return nil
        }
    }

    private static func opened(
        _ name: String,
        in directory: (any Directory)?,
        _ options: OpenOptions
    ) throws(FileSystemError) -> (any File)? {
        do {
            return try directory?.open(name, options, permissions: .ownerFile)
        } catch  where error.code == .noEntry {
            return nil
        }
    }

    /// The file's own watermark, unless the copy is of this boot and tells of more.
    ///
    /// A copy does not stand in for a file that is lost: it may be an old one, and a reader would look no further than
    /// it says. Without a watermark a reader looks at everything.
    mutating func choose() {
        prefersCopy = false
        guard case .watermark(let own) = content else { return }
        guard case .watermark(let other) = copyContent, other.bootID == bootID else { return }
        // One of another boot that tells of as much was written later: the file is written first.
        prefersCopy = own.index < other.index
    }

    /// The watermark that tells most about this boot; nil when there is none.
    var watermark: Watermark? {
        guard case .watermark(let chosen) = prefersCopy ? copyContent : content else { return nil }
        return chosen
    }

    /// The identifier of the journal that either of the two is of.
    var journalID: String? {
        for content in [content, copyContent] {
            if case .watermark(let found) = content, !found.journalID.isEmpty { return found.journalID }
        }
        return nil
    }

    /// The indexes of the records that it names.
    var namedIndexes: [UInt64] { [content.index, copyContent.index].filter { $0 > 0 } }

    /// The records that it names, as evidence.
    var evidence: [(head: JournalHead, file: String)] {
        var evidence: [(head: JournalHead, file: String)] = []
        evidence.reserveCapacity(2)
        if let head = content.head { evidence.append((head, Self.path)) }
        if let head = copyContent.head { evidence.append((head, Self.copyPath)) }
        return evidence
    }

    /// Looks at the file again; false when nothing changed.
    mutating func refresh() throws(JournalError) -> Bool {
        guard let file else { return false }
        do {
            if try isUnchanged(file) { return false }
            (bytes, content) = try Self.read(file)
        } catch {
            throw .io(error, file: Self.path)
        }
        choose()
        return true
    }

    /// Whether the file holds the bytes that were seen last, so that ``content`` is what they say.
    func isUnchanged(_ file: any File) throws(FileSystemError) -> Bool {
        if bytes.count != Watermark.byteCount { return false }
        // Not an array: whoever asks the journal something comes here.
        var now = Watermark.Sector(repeating: 0)
        var span = now.mutableSpan
        return try file.readFully(into: &span, at: 0) == Watermark.byteCount
            && Bytes.isSame(now.span, 0, bytes.span, 0, count: Watermark.byteCount)
    }

    /// Whether the file that was opened still stands at its name in `heads`, which is known to stand at its own.
    ///
    /// One look at the directory tells, once no name in it has changed for a while.
    mutating func stands(_ fileSystem: any FileSystem) throws(JournalError) -> Bool {
        guard let heads, let file else { return false }
        do {
            let status = try heads.status()
            if identity != nil, let stamp, stamp.vouches(for: status) { return true }
            // Before the name is looked at: a later change is seen.
            let fresh = DirectoryStamp(status, fileSystem)
            let known: FileIdentity
            if let identity { known = identity } else { known = try file.extent().identity }
            identity = known
            guard try heads.extent(of: HeadFile.fileName).identity == known else { return false }
            stamp = fresh
            return true
        } catch  where error.code == .noEntry {
            return false
        } catch {
            throw .io(error, file: Self.path)
        }
    }

    /// Whether the file that was opened is still the one in the journal.
    mutating func stands(in directory: any Directory, _ fileSystem: any FileSystem) throws(JournalError) -> Bool {
        do {
            guard let found = try Self.subdirectory(HeadFile.directoryName, of: directory) else { return file == nil }
            if let heads, try found.status().identity != heads.status().identity { return false }
            heads = found
            if try !copyStands(in: directory) { return false }
            if file == nil { return try !found.exists(HeadFile.fileName) }
        } catch {
            throw .io(error, file: Self.path)
        }
        return try stands(fileSystem)
    }

    /// Whether the copy's directory is still the one in the journal: what is written elsewhere is evidence of nothing.
    private func copyStands(in directory: any Directory) throws(FileSystemError) -> Bool {
        guard let indexes else { return true }
        do {
            return try directory.status(of: IndexRun.directoryName).identity == indexes.status().identity
        } catch  where error.code == .noEntry {
            return false
        }
    }

    /// The copy's file; made, with its directory, when it is not there.
    mutating func openedCopy(in directory: any Directory) throws(FileSystemError) -> any File {
        if let copy { return copy }
        let indexes = try directory.madeSubdirectory(IndexRun.directoryName)
        let file = try indexes.open(Self.copyName, [.read, .write, .create], permissions: .ownerFile)
        (self.indexes, copy) = (indexes, file)
        return file
    }

    /// Has the copy's file opened anew when it is written next.
    mutating func closeCopy() { copy = nil }

    /// Reads a file, again while it is met half written.
    ///
    /// - Parameter known: bytes that were read already, and what they say: the copy mostly holds the same.
    static func read(
        _ file: any File,
        knowing known: ([UInt8], Watermark.Content)? = nil
    ) throws(FileSystemError) -> ([UInt8], Watermark.Content) {
        var last: ([UInt8], Watermark.Content) = ([], .unreadable("it is empty"))
        for _ in 0..<readMaximum {
            // More than there should be: a longer file is not ours.
            var room = InlineArray<2048, UInt8>(repeating: 0)
            var span = room.mutableSpan
            let filled = try file.readFully(into: &span, at: 0)
            let bytes = Bytes.copy(room.span.extracting(..<filled))
            if !last.0.isEmpty, bytes == last.0 { break }
            let content: Watermark.Content
            if let known, known.0 == bytes { content = known.1 } else { content = Watermark.read(bytes) }
            last = (bytes, content)
            if case .unreadable = content { continue }
            break
        }
        return last
    }
}
