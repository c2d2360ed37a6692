internal import FileSystemSeam

/// Writing of the watermark and its copy.
///
/// The journal's lock is not enough for it: whoever synced without that lock publishes what the sync covered without
/// it, too. So all who write take `flock` on the file itself, for as long as it takes to read it, to see what is to be
/// kept, and to write it. A watermark never goes back, whichever boot it names: what somebody's sync covered is
/// durable.
extension WatermarkFile {
    /// How long is waited for others who write, at least: they need microseconds.
    private static let lockNanoseconds: UInt64 = 5_000_000_000

    /// Makes the file, durably, or fills one that is there but cannot be read. Only under the journal's lock.
    mutating func create(in directory: any Directory, _ watermark: Watermark) throws(JournalError) {
        do {
            let heads = try directory.madeSubdirectory(HeadFile.directoryName)
            self.heads = heads
            identity = nil
            let file = try heads.open(HeadFile.fileName, [.read, .write, .create], permissions: .ownerFile)
            self.file = file
            try Self.lock(file)
            defer { try? file.unlock() }
            try file.truncate(to: 0)
            try file.writeAll(watermark.bytes, at: 0)
            try file.sync(.data)
            try heads.sync()
        } catch {
            throw .io(error, file: Self.path)
        }
        note(watermark, watermark.bytes)
        if watermark.index > 0 { writeCopy(in: directory) }
    }

    /// Writes it in place. Only under the journal's lock, and after a sync of everything it names.
    ///
    /// The copy is only a copy: when it cannot be written, what was synced is acknowledged all the same.
    ///
    /// - Parameter isAlone: whether nobody else can have anything to publish: all that others appended is published.
    mutating func write(
        _ watermark: consuming Watermark,
        in directory: any Directory,
        isAlone: Bool = false
    ) throws(JournalError) {
        guard let file else { preconditionFailure("a watermark is written to its file") }
        do {
            if !isAlone { try Self.lock(file) }
            defer { if !isAlone { try? file.unlock() } }
            if !isAlone {
                let standing = try isUnchanged(file) ? content : Self.read(file).1
                if standing.index > watermark.index, case .watermark(let found) = standing { watermark.take(found) }
            }
            let bytes = watermark.bytes
            try file.writeAll(bytes, at: 0)
            note(watermark, bytes)
            writeCopy(in: directory)
        } catch {
            throw .io(error, file: Self.path)
        }
    }

    /// Advances the file to a watermark whose records a sync without the journal's lock has covered, unless it tells of
    /// as many already. What others have noted in it for the next writer stays.
    ///
    /// - Returns: false when the file is not what it was, so that nothing was written.
    mutating func advance(to watermark: Watermark, in directory: any Directory) throws(JournalError) -> Bool {
        guard let file else { return false }
        do {
            try Self.lock(file)
            defer { try? file.unlock() }
            let (foundBytes, content) = try isUnchanged(file) ? (bytes, content) : Self.read(file)
            guard case .watermark(let found) = content, found.bootID == watermark.bootID,
                found.journalID == watermark.journalID
            else { return false }
            if found.index >= watermark.index {
                (bytes, self.content) = (foundBytes, content)
                choose()
                return true
            }
            guard found.end.segment == watermark.end.segment else { return false }
            var written = found
            written.take(watermark)
            written.size = found.size
            if let last = found.unsyncedIndex, last <= watermark.index { written.unsyncedIndex = nil }
            let writtenBytes = written.bytes
            try file.writeAll(writtenBytes, at: 0)
            note(written, writtenBytes)
            writeCopy(in: directory)
            return true
        } catch {
            throw .io(error, file: Self.path)
        }
    }

    private static func lock(_ file: any File) throws(FileSystemError) {
        if try file.lock(.exclusive, timeoutNanoseconds: lockNanoseconds) { return }
        throw FileSystemError(operation: .lock, name: HeadFile.fileName, code: .timedOut)
    }

    private mutating func note(_ watermark: consuming Watermark, _ bytes: [UInt8]) {
        self.bytes = bytes
        content = .watermark(watermark)
        prefersCopy = false
    }

    private mutating func writeCopy(in directory: any Directory) {
        do {
            try openedCopy(in: directory).writeAll(bytes, at: 0)
            copyContent = content
        } catch {
            closeCopy()
        }
    }
}

extension Watermark {
    /// Takes from another one up to where records are durable.
    fileprivate mutating func take(_ other: Watermark) {
        index = other.index
        digest = other.digest
        updatedAt = other.updatedAt
        end = other.end
        size = other.size
    }
}
