internal import FileSystemSeam
internal import PlatformProfile

/// A journal that is being written anew in a directory of another name, and gets its own when it is whole and durable.
///
///     mkdirat(parent, ".approvals.tmp-0123456789abcdef") · … every record … · fsync
///     renameat2(parent, ".approvals.tmp-0123456789abcdef", "approvals", RENAME_NOREPLACE) · fsync(parent)
///
/// So whatever stands at the journal's own name is the whole of it. A crash leaves the other name, which may be
/// removed. Where the last sync fails, the journal stands, and a loss of power may leave either name, or none.
struct JournalCopy {
    private let parent: any Directory
    private let name: String
    private let temporaryName: String
    private let path: String
    /// Where the records are written.
    let place: JournalPlace

    /// Makes the directory.
    ///
    /// - Parameter path: where the journal will stand; nothing may be there.
    init(
        to path: String,
        _ format: JournalFormat,
        _ options: JournalOptions,
        _ fileSystem: any FileSystem
    ) throws(JournalError) {
        self.path = path
        guard let parts = PathParts(path), parts.last.isPathComponent else {
            throw .invalidArgument(member: "path", reason: "must end in the name of a new directory")
        }
        name = parts.last
        let platform = PlatformAdmission(to: path, fileSystem, options)
        let destination = JournalPlace(path, fileSystem, options, platform: platform)
        try destination.admit(writing: true)
        do {
            parent = try fileSystem.openDirectory(parts.parent)
            if try parent.exists(name) { throw Self.occupied }
            temporaryName = try fileSystem.temporaryName(for: name)
            try parent.makeDirectory(temporaryName, permissions: .ownerDirectory)
            do {
                let made = try parent.subdirectory(temporaryName)
                defer { try? made.close() }
                try destination.confirm(made, writing: true)
            } catch {
                try? parent.removeRecursively(temporaryName)
                throw error
            }
        } catch let error as JournalError {
            throw error
        } catch let error as FileSystemError {
            throw .io(error, file: path)
        } catch {
            preconditionFailure("files throw their own errors: \(error)")
        }
        var options = options
        options.format = format
        options.durability = .durable
        options.createsWhenAbsent = true
        place = JournalPlace("\(parts.parent)/\(temporaryName)", fileSystem, options)
    }

    private static var occupied: JournalError {
        .invalidArgument(member: "path", reason: "something stands there already")
    }

    /// Gives the journal its name, durably. Where it does not get the name, nothing is left of it.
    ///
    /// Once it has the name it is everybody's: others may record in it at once, under its lock. So nothing takes it
    /// away again.
    ///
    /// - Throws: `.invalidArgument`, `.io`: it was removed. `.copyNotDurable`: it stands.
    func publish() throws(JournalError) {
        do {
            try parent.rename(temporaryName, to: name, in: parent, exclusive: true)
        } catch {
            abandon()
            // It came while the records were written.
            if error.code == .exists { throw Self.occupied }
            throw .io(error, file: path)
        }
        do {
            try parent.sync()
        } catch {
            throw .copyNotDurable(error, path: path)
        }
    }

    /// Removes what was written.
    func abandon() { try? parent.removeRecursively(temporaryName) }
}

extension StoredRecord {
    /// The record as a line of its own, without the line feed: in a journal in segments, and in a bundle.
    ///
    /// - Throws: `.invalidArgument` where nobody could read it: what another tool wrote to a file of `json-records` may
    ///   be longer in declared form.
    func line(_ settings: SegmentSettings) throws(JournalError) -> [UInt8] {
        let line = compactBytes
        guard line.count < settings.lineByteMaximum else {
            throw .invalidArgument(
                member: "record \(index)",
                reason:
                    "would take \(line.count + 1) bytes as a line, of which at most \(settings.lineByteMaximum) are read; "
                    + "keep the journal in json-records"
            )
        }
        return line
    }
}

/// Records on their way from one journal to another: each must follow the one before.
struct LinkedRecords {
    /// The last record that was passed; nil before the first.
    private(set) var last: JournalHead?

    init(after last: JournalHead? = nil) { self.last = last }

    /// Checks the next record's place in the chain.
    mutating func pass(_ record: StoredRecord) throws(JournalError) {
        let index = (last?.index ?? 0) + 1
        guard record.index == index else {
            throw .missingRecord(index: index, evidence: "record \(record.index) follows the one before it")
        }
        let previous = last?.digest ?? ""
        guard record.record.previousRecordDigest == previous else {
            throw .brokenChain(index: index, expected: previous, actual: record.record.previousRecordDigest)
        }
        last = record.head
    }
}
