internal import FileSystemSeam

/// A journal's directory in the `json-records` layout.
///
///     journal.json
///     records/0000000001.approval-use.47c231d7c6bce043.json
///     heads/current.json
///     indexes/by-grant/<name>.txt      indexes/by-nonce/<name>.txt
///     locks/journal.lock
///
/// Records are truth; the head and the indexes are caches that are brought forward when they lag.
struct JSONRecordsStorage: Sendable {
    let directory: any Directory

    static let recordsName = "records"
    static let indexesName = "indexes"
    static let byGrantName = "by-grant"
    static let byNonceName = "by-nonce"

    /// The longest record file that is read, in bytes. What is appended here is far shorter; other tools may have
    /// written more. A record in segments that would become longer is not copied into this layout.
    static let recordFileByteMaximum = 64 << 20
    /// The longest head, manifest or index file that is read, in bytes.
    static let cacheFileByteMaximum = 64 << 20

    /// A subdirectory, by its names one inside the other; nil when it is not there.
    func subdirectory(_ names: String...) throws(JournalError) -> (any Directory)? {
        var current = directory
        for name in names {
            do {
                current = try current.subdirectory(name)
            } catch  where error.code == .noEntry {
                return nil
            } catch {
                throw .io(error, file: names.joined(separator: "/"))
            }
        }
        return current
    }

    /// Which directory this is.
    var identity: FileIdentity {
        get throws(JournalError) {
            do {
                return try directory.status().identity
            } catch {
                throw .io(error, file: ".")
            }
        }
    }

    /// The directory of records; made durably when it is not there.
    func recordsForWriting() throws(JournalError) -> any Directory {
        if let records = try subdirectory(Self.recordsName) { return records }
        return try preparedRecords()
    }

    /// The directory of records, made when it is not there, and its name made durable also when it stood
    /// already: whoever made it may have been killed before the sync.
    @discardableResult
    func preparedRecords() throws(JournalError) -> any Directory {
        do {
            return try directory.makeDirectories([Self.recordsName])
        } catch {
            throw .io(error, file: Self.recordsName)
        }
    }

    /// A subdirectory, made when it is not there. Not durable: caches and locks do not need it.
    func madeSubdirectory(_ names: String...) throws(JournalError) -> any Directory {
        var current = directory
        do {
            for name in names { current = try current.madeSubdirectory(name) }
        } catch {
            throw .io(error, file: names.joined(separator: "/"))
        }
        return current
    }

    // MARK: - Reading

    /// The names in `records/`, classified.
    func recordEntries() throws(JournalError) -> [(name: String, entry: RecordName.Entry)] {
        guard let records = try subdirectory(Self.recordsName) else { return [] }
        return try recordEntries(records)
    }

    func recordEntries(_ records: any Directory) throws(JournalError) -> [(name: String, entry: RecordName.Entry)] {
        let entries: [DirectoryEntry]
        do {
            entries = try records.entries()
        } catch {
            throw .io(error, file: Self.recordsName)
        }
        return entries.map { entry in
            let name = entry.name
            return (name, RecordName.Entry(name))
        }
    }

    /// The bytes of one file of a subdirectory; nil when it is not there.
    func read(_ name: String, in names: String...) throws(JournalError) -> [UInt8]? {
        var current = directory
        do {
            for part in names { current = try current.subdirectory(part) }
            return try current.readFile(name, maximumBytes: Self.recordFileByteMaximum)
        } catch  where error.code == .noEntry {
            return nil
        } catch {
            throw .io(error, file: (names + [name]).joined(separator: "/"))
        }
    }

    /// What the head file says.
    func head() throws(JournalError) -> HeadFile.Content {
        guard let bytes = try read(HeadFile.fileName, in: HeadFile.directoryName) else { return .missing }
        return HeadFile.read(bytes)
    }
}
