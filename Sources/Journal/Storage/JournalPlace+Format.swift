internal import FileSystemSeam

extension JournalPlace {
    /// Everything that may stand in a journal's directory before its first record is whole.
    private static let ownNames: Set<String> = [
        JournalManifest.fileName, JournalManifest.fileName + ".tmp", JSONRecordsStorage.recordsName,
        HeadFile.directoryName, JSONRecordsStorage.indexesName, JournalLock.directoryName, "quarantine",
    ]

    /// The layout of the journal in a directory. An empty directory is an empty journal of the layout that the
    /// options ask for.
    ///
    /// A directory without a readable manifest is a journal when nothing but parts of one stand in it: a crash
    /// may have come before the manifest was written, or an existing tool may never have got that far.
    ///
    /// - Throws: `.notAJournal`, `.unsupportedFormat` when something else stands there.
    func format(of directory: any Directory) throws(JournalError) -> JournalFormat {
        switch try JournalManifest.content(in: directory) {
        case .format(let format): return format
        case .unknown(let found): throw .unsupportedFormat(path: path, found: found)
        case .otherKind:
            throw .notAJournal(path: path, reason: "its \(JournalManifest.fileName) describes something else")
        case .unreadable, nil: break
        }
        let entries: [DirectoryEntry]
        do {
            entries = try directory.entries()
        } catch {
            throw .io(error, file: path)
        }
        if entries.contains(where: { $0.name == JSONRecordsStorage.recordsName }) { return .jsonRecords }
        if let stray = entries.first(where: { !Self.ownNames.contains($0.name) }) {
            throw .notAJournal(
                path: path,
                reason: "it has no \(JSONRecordsStorage.recordsName) directory, but holds \"\(stray.name)\""
            )
        }
        return options.format
    }
}

extension JournalManifest {
    /// What a directory's manifest says; nil when there is none.
    static func content(in directory: any Directory) throws(JournalError) -> Content? {
        do {
            return read(try directory.readFile(fileName, maximumBytes: byteMaximum))
        } catch  where error.code == .noEntry {
            return nil
        } catch {
            throw .io(error, file: fileName)
        }
    }
}
