internal import Canonical
internal import EventLog
internal import FileSystemSeam
internal import Journal
internal import KeyStore
internal import LockKit

/// The operations whose calls and allocations are counted.
package enum HotPaths {
    /// All of them, in the order of the table.
    package static let all = [reserve, check, append, hookAppend, fileLock, seal, mint]

    private static let reserve = HotPath(
        "journal.reserve",
        "a durable reservation",
        systemCallMaximum: 20,
        "records in the journal",
        size: 20_000
    ) { path, size, fileSystem in
        let journal = ApprovalJournal(at: try filledJournal(path, size), fileSystem: fileSystem)
        return { number in _ = try journal.reserve(JournalWork.use(size + number), maximumUses: 1) }
    }

    private static let check = HotPath(
        "journal.check",
        "a replay check",
        systemCallMaximum: 8,
        "records in the journal",
        size: 20_000
    ) { path, size, fileSystem in
        let journal = ApprovalJournal(at: try filledJournal(path, size), fileSystem: fileSystem)
        return { number in
            _ = try journal.checkReplay(
                grant: "grant-\(number)",
                nonceDigest: JournalWork.nonce(number),
                maximumUsesHint: 1
            )
        }
    }

    private static let append = HotPath(
        "events.append",
        "an append without a sync, of an event whose identifiers are made up",
        systemCallMaximum: 8,
        "events in the log",
        size: 20_000
    ) { path, size, fileSystem in
        let log = SessionLog(at: try filledLog(path, size), fileSystem: fileSystem)
        return { number in try log.append(EventWork.event(number)) }
    }

    private static let hookAppend = HotPath(
        "events.append.first",
        "the first append of a handle, as a hook does it, until it has let go of everything",
        systemCallMaximum: 19,
        "events in the log",
        size: 20_000
    ) { path, size, fileSystem in
        let session = try filledLog(path, size)
        return { number in try SessionLog(at: session, fileSystem: fileSystem).append(EventWork.event(number)) }
    }

    private static let fileLock = HotPath(
        "lock.file",
        "take and release a free file lock",
        systemCallMaximum: 5,
        "other files beside it",
        size: 1000
    ) { path, size, fileSystem in
        let directory = try fileSystem.openDirectory(path)
        try directory.addFiles(size)
        let options = FileLockOptions(anchor: .file)
        let lock = FileLock("lock", in: directory, fileSystem: fileSystem, options: options)
        return { _ in
            guard let held = try lock.tryLock(.exclusive) else { preconditionFailure("the lock is free") }
            held.release()
        }
    }

    private static let seal = HotPath(
        "keys.seal.store",
        "seal 4 096 bytes for a scope of a store",
        systemCallMaximum: 3,
        "keys",
        size: 10_000
    ) { path, size, fileSystem in
        let store = try filledKeys(path, size, fileSystem)
        let (plaintext, data) = ([UInt8](repeating: 7, count: 4096), [UInt8](repeating: 2, count: 64))
        return { _ in _ = try store.seal(plaintext, scope: .entity("entity-1"), associatedData: data) }
    }

    private static let mint = HotPath(
        "keys.mint",
        "a durable key for a new scope",
        systemCallMaximum: 14,
        "keys",
        size: 10_000
    ) { path, size, fileSystem in
        let store = try filledKeys(path, size, fileSystem)
        return { number in
            _ = try store.mint(.entity("new-\(number)"))
            try store.flush()
        }
    }

    private static func filledJournal(_ path: String, _ size: Int) throws -> String {
        let journal = "\(path)/journal"
        try JournalWork.fill(journal, size, PosixFileSystem.shared)
        return journal
    }

    private static func filledLog(_ path: String, _ size: Int) throws -> String {
        let session = "\(path)/session"
        try SessionLog(at: session, fileSystem: PosixFileSystem.shared).append((0..<size).map { EventWork.event($0) })
        return session
    }

    private static func filledKeys(_ path: String, _ size: Int, _ fileSystem: any FileSystem) throws -> ScopedKeyStore {
        try KeyWork.filled(path, size, fileSystem)
    }
}
