internal import FileSystemSeam

extension JSONRecordsStorage {
    /// Publishes a record's file: whole or not at all, and durable when this returns.
    ///
    ///     openat(records, "0000000001.….json.tmp", O_CREAT|O_EXCL) · pwrite · fdatasync · close
    ///     renameat("0000000001.….json.tmp", "0000000001.….json") · fsync(records)
    ///
    /// - Returns: the bytes as stored.
    func publish(_ record: JournalRecord, at index: UInt64, isDurable: Bool) throws(JournalError) -> [UInt8] {
        let records = try recordsForWriting()
        let name = RecordName(of: record, at: index).text
        let bytes = PrettyJSON.bytes(fromCompact: record.declaredBytes)
        try publish(bytes, as: name, in: records, isDurable: isDurable)
        return bytes
    }

    /// Writes the files of records again, with the same bytes on fresh inodes, and makes them durable.
    ///
    ///     for each: openat(records, "….json.tmp", O_CREAT|O_EXCL) · pwrite · fdatasync · close · renameat
    ///     fsync(records)
    ///
    /// A record beyond the head may have been published by a process whose sync failed or that was killed before
    /// it. Syncing the same inode again could report a success that means nothing, so its bytes are written anew
    /// before anything is built on them.
    func secure(_ batch: ArraySlice<StoredRecord>) throws(JournalError) {
        let records = try recordsForWriting()
        for record in batch {
            let name = RecordName(of: record.record, at: record.index).text
            do {
                try records.replaceAtomically(
                    name,
                    with: record.bytes,
                    temporaryName: name + ".tmp",
                    syncDirectory: false
                )
            } catch {
                throw .io(error, file: "\(Self.recordsName)/\(name)")
            }
        }
        try syncRecords()
    }

    /// Writes a record's file with its bytes as they were stored, in a journal that has no name yet. Its contents are
    /// durable; ``syncRecords()`` makes the names so.
    ///
    /// - Throws: `.invalidArgument` where the file would be longer than those that are read; other tools' records may
    ///   be.
    func publishUnlisted(_ record: StoredRecord) throws(JournalError) {
        let byteCount = PrettyJSON.byteCount(fromCompact: record.compactBytes)
        guard byteCount <= Self.recordFileByteMaximum else {
            throw .invalidArgument(
                member: "record \(record.index)",
                reason: "would take \(byteCount) bytes as a file of json-records, of which at most "
                    + "\(Self.recordFileByteMaximum) are read; keep the journal in segments"
            )
        }
        let records = try recordsForWriting()
        let name = RecordName(of: record.record, at: record.index).text
        do {
            let file = try records.open(name, [.write, .create, .exclusive], permissions: .ownerFile)
            try file.writeAll(PrettyJSON.bytes(fromCompact: record.compactBytes), at: 0)
            try file.sync(.data)
            try file.close()
        } catch {
            throw .io(error, file: "\(Self.recordsName)/\(name)")
        }
    }

    /// Makes the names of all records durable.
    func syncRecords() throws(JournalError) {
        do {
            try recordsForWriting().sync()
        } catch let error as JournalError {
            throw error
        } catch let error as FileSystemError {
            throw .io(error, file: Self.recordsName)
        } catch {
            preconditionFailure("files throw their own errors: \(error)")
        }
    }

    private func publish(
        _ bytes: [UInt8],
        as name: String,
        in records: any Directory,
        isDurable: Bool
    ) throws(JournalError) {
        do {
            if isDurable {
                try records.replaceAtomically(name, with: bytes, temporaryName: name + ".tmp")
            } else {
                try records.replaceWithoutSync(name, with: bytes)
            }
        } catch {
            let failure = JournalError.io(error, file: "\(Self.recordsName)/\(name)")
            // Before it has its name it is no record.
            throw error.operation == .rename || error.operation == .syncDirectory ? failure.withUnknownOutcome : failure
        }
    }

    /// Brings the head forward to `head`. A cache: not synced, and rebuilt when lost.
    func writeHead(_ head: JournalHead) throws(JournalError) {
        let heads = try madeSubdirectory(HeadFile.directoryName)
        do {
            try heads.replaceWithoutSync(HeadFile.fileName, with: HeadFile.bytes(head))
        } catch {
            throw .io(error, file: "\(HeadFile.directoryName)/\(HeadFile.fileName)")
        }
    }

    /// Brings one index file to hold exactly `indexes`: by one more line when that is all it lacks, else whole.
    func writeIndex(_ name: String, in kind: String, _ indexes: [UInt64]) throws(JournalError) {
        let directory = try madeSubdirectory(Self.indexesName, kind)
        let expected = IndexFile.lines(indexes)
        let before = IndexFile.lines(Array(indexes.dropLast()))
        do {
            let found = try existingBytes(name, in: directory)
            if found == expected { return }
            if found == before, !indexes.isEmpty {
                let file = try directory.open(name, [.write, .create, .append], permissions: .ownerFile)
                try file.appendOnce(Array(expected[before.count...]))
                try file.close()
            } else {
                try directory.replaceWithoutSync(name, with: expected)
            }
        } catch {
            throw .io(error, file: "\(Self.indexesName)/\(kind)/\(name)")
        }
    }

    private func existingBytes(_ name: String, in directory: any Directory) throws(FileSystemError) -> [UInt8] {
        do {
            return try directory.readFile(name, maximumBytes: Self.cacheFileByteMaximum)
        } catch  where error.code == .noEntry {
            return []
        }
    }
}
