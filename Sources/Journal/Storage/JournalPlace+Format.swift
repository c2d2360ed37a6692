internal import FileSystemSeam
internal import PlatformProfile

extension JournalPlace {
    /// The layout of the journal in a directory. An empty directory is an empty journal of the layout that the
    /// options ask for.
    ///
    /// A directory without a readable manifest is a journal when nothing but parts of one stand in it: a crash
    /// may have come before the manifest was written, or an existing tool may never have got that far.
    ///
    /// - Throws: `.notAJournal`, `.unsupportedFormat` when something else stands there; `.journalMissing` when nothing
    ///   of a journal does, and the options say that one is expected.
    func format(of directory: any Directory) throws(JournalError) -> JournalFormat {
        try format(of: directory, saying: try JournalManifest.content(in: directory))
    }

    /// The same where the manifest was read just now.
    func format(
        of directory: any Directory,
        saying content: JournalManifest.Content
    ) throws(JournalError) -> JournalFormat {
        switch content {
        case .manifest(let manifest): return manifest.format
        case .unknown(let found): throw .unsupportedFormat(path: path, found: found)
        case .otherKind:
            throw .notAJournal(path: path, reason: "its \(JournalManifest.fileName) describes something else")
        case .unreadable:
            return try formatWithoutManifest(of: directory, "its \(JournalManifest.fileName) cannot be read")
        case .missing: return try formatWithoutManifest(of: directory, "it has no \(JournalManifest.fileName)")
        }
    }

    /// The error about a directory that holds something else than it did before its lock was taken.
    var replaced: JournalError {
        .notAJournal(path: path, reason: "something else was put in its place while it was opened")
    }

    /// Everything that may stand in a journal's directory.
    private static let ownNames: Set<String> = [
        JournalManifest.fileName, JournalManifest.fileName + ".tmp", JSONRecordsStorage.recordsName,
        SegmentName.directoryName, HeadFile.directoryName, JSONRecordsStorage.indexesName,
        JournalLock.directoryName, "quarantine",
    ]

    private static let ownNameBytes = ownNames.map { Array($0.utf8) }
    private static let probeName = ".\(PlatformObserver.scratchName).tmp-"

    /// The names in a journal's directory that are no part of it, sorted. What a look at the platform has there for a
    /// moment is none of them.
    func strangers(in directory: any Directory) throws(JournalError) -> [String] {
        do {
            var names: [String] = []
            for entry in try directory.entries() where !Self.ownNameBytes.contains(entry.nameBytes) {
                if !entry.name.hasPrefix(Self.probeName) { names.append(entry.name) }
            }
            return names.sorted()
        } catch {
            throw .io(error, file: path)
        }
    }

    /// What stands only where a journal was made, or begun.
    private static let marks: Set<String> = [
        JournalManifest.fileName, JSONRecordsStorage.recordsName, SegmentName.directoryName, HeadFile.directoryName,
        JSONRecordsStorage.indexesName,
    ]

    /// - Parameter state: what is wrong with the manifest.
    private func formatWithoutManifest(
        of directory: any Directory,
        _ state: String
    ) throws(JournalError) -> JournalFormat {
        let names: Set<String>
        do {
            names = Set(try directory.entries().map(\.name))
        } catch {
            throw .io(error, file: path)
        }
        let hasRecords = names.contains(JSONRecordsStorage.recordsName)
        let hasSegments = names.contains(SegmentName.directoryName)
        if hasRecords && hasSegments {
            throw .notAJournal(
                path: path,
                reason:
                    "\(state), and both \(JSONRecordsStorage.recordsName) and \(SegmentName.directoryName) stand there"
            )
        }
        if hasRecords { return .jsonRecords }
        if let stray = names.subtracting(Self.ownNames).min() {
            // Without it the journal would be known by its parts.
            let remedy = names.isDisjoint(with: Self.marks) ? "" : ". If it is a journal all the same, move that away"
            throw .notAJournal(path: path, reason: "\(state), but \"\(stray)\" stands there\(remedy)")
        }
        if hasSegments { return .segments }
        if !options.createsWhenAbsent, names.isDisjoint(with: Self.marks) {
            throw missing(names.isEmpty ? "the directory is empty" : "the directory holds no part of one")
        }
        // The manifest of a journal in segments is durable before anything else is made; other tools write theirs last.
        let isBegun = names.contains(HeadFile.directoryName) || names.contains(JSONRecordsStorage.indexesName)
        return isBegun ? .jsonRecords : options.format
    }
}

extension JournalManifest {
    /// What a directory's manifest says.
    static func content(in directory: any Directory) throws(JournalError) -> Content {
        do {
            return read(try directory.readFile(fileName, maximumBytes: byteMaximum))
        } catch  where error.code == .noEntry {
            return .missing
        } catch {
            throw .io(error, file: fileName)
        }
    }

    /// The identifier that the manifest in a journal's directory gives; nil when it gives none.
    static func journalID(in directory: any Directory) throws(JournalError) -> String? {
        try content(in: directory).journalID
    }

    /// Writes the manifest, durably.
    func write(to directory: any Directory) throws(JournalError) {
        do {
            try directory.replaceAtomically(
                Self.fileName,
                with: bytes,
                temporaryName: Self.fileName + ".tmp"
            )
        } catch {
            throw .io(error, file: Self.fileName)
        }
    }
}
