internal import FileSystemSeam
internal import PlatformProfile
internal import Synchronization

/// A journal's directory: its path, the machine it is on, and how it is opened.
///
/// One for all that a handle holds, which hand it on with every view of the journal.
final class JournalPlace: Sendable {
    let path: String
    let fileSystem: any FileSystem
    let options: JournalOptions
    /// Pages of the index that were read and found right.
    let pages = PageCache()
    let readerSyncs = ReaderSyncs()
    private let knownKeyMaker = AtomicLazyReference<KnownKeyMaker>()
    /// What is known of the platform; nil where that is somebody else's.
    let platform: PlatformAdmission?

    init(_ path: String, _ fileSystem: any FileSystem, _ options: JournalOptions, platform: PlatformAdmission? = nil) {
        self.path = path
        self.fileSystem = fileSystem
        self.options = options
        self.platform = platform
    }

    /// What records are stamped with.
    var stamp: RecordStamp {
        RecordStamp(fileSystem: fileSystem, toleranceSeconds: options.clockToleranceSeconds)
    }

    var isDurable: Bool { options.durability == .durable }

    /// What makes the keys of the journal with an identifier. There is one in a directory, as a rule, and it is derived
    /// once.
    func keyMaker(_ journalID: String) -> IndexKeyMaker {
        if let known = knownKeyMaker.load(), known.journalID == journalID { return known.maker }
        let made = KnownKeyMaker(journalID)
        _ = knownKeyMaker.storeIfNil(made)
        return made.maker
    }

    private final class KnownKeyMaker: Sendable {
        let journalID: String
        let maker: IndexKeyMaker

        init(_ journalID: String) {
            self.journalID = journalID
            maker = IndexKeyMaker(journalID: journalID)
        }
    }

    /// The directory; nil when it is not there.
    ///
    /// - Throws: `.journalMissing` instead, where the options say that a journal is expected.
    func directory() throws(JournalError) -> (any Directory)? {
        do {
            return try fileSystem.openDirectory(path)
        } catch  where error.code == .noEntry {
            if !options.createsWhenAbsent { throw missing("there is no such directory") }
            return nil
        } catch {
            throw openingError(error)
        }
    }

    /// The directory, made durably when it is not there.
    ///
    /// Its name is made durable also when it stood already: whoever made it may have been killed before the sync.
    ///
    /// - Parameter mayMake: false for what needs one that stands, whatever the options say.
    func madeDirectory(mayMake: Bool = true) throws(JournalError) -> any Directory {
        let makes = mayMake && options.createsWhenAbsent
        do throws(FileSystemError) {
            if !makes { return try fileSystem.openStandingDirectory(path) }
            return try fileSystem.openDirectory(path, creating: .ownerDirectory)
        } catch {
            if error.code == .noEntry, !makes { throw missing("there is no such directory") }
            throw openingError(error)
        }
    }

    /// Looks at the platform, before anything of the journal is.
    func admit(writing: Bool, holding directory: (any Directory)? = nil) throws(JournalError) {
        do {
            try platform?.require(writing: writing, holding: directory)
        } catch {
            throw .platform(error)
        }
    }

    /// Makes sure that what was looked at is what is held.
    func confirm(_ directory: any Directory, writing: Bool) throws(JournalError) {
        do {
            try platform?.confirm(directory, writing: writing)
        } catch {
            throw .platform(error)
        }
    }

    /// The error where a journal is expected and none was made.
    func missing(_ reason: String) -> JournalError { .journalMissing(path: path, reason: reason) }

    private func openingError(_ error: FileSystemError) -> JournalError {
        error.code == .notDirectory
            ? .notAJournal(path: path, reason: "a file stands there") : .io(error, file: path)
    }
}

extension PlatformAdmission {
    /// An admission to the platform of a journal, as its options say.
    convenience init(to path: String, _ fileSystem: any FileSystem, _ options: JournalOptions) {
        self.init(
            to: path,
            profilePath: options.platformProfile,
            withoutProfile: options.admission,
            fileSystem: fileSystem,
            observer: options.openObserver
        )
    }
}
