internal import FileSystemSeam
internal import PlatformProfile

/// A journal's directory: its path, the machine it is on, and how it is opened.
struct JournalPlace: Sendable {
    let path: String
    let fileSystem: any FileSystem
    let options: JournalOptions
    /// Pages of the index that were read and found right.
    let pages = PageCache()
    let readerSyncs = ReaderSyncs()
    /// What is known of the platform; nil where that is somebody else's.
    var platform: PlatformAdmission?

    /// What records are stamped with.
    var stamp: RecordStamp {
        RecordStamp(fileSystem: fileSystem, toleranceSeconds: options.clockToleranceSeconds)
    }

    var isDurable: Bool { options.durability == .durable }

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
    func madeDirectory() throws(JournalError) -> any Directory {
        do throws(FileSystemError) {
            if !options.createsWhenAbsent { return try fileSystem.openStandingDirectory(path) }
            return try fileSystem.openDirectory(path, creating: .ownerDirectory)
        } catch {
            if error.code == .noEntry, !options.createsWhenAbsent { throw missing("there is no such directory") }
            throw openingError(error)
        }
    }

    /// An admission to the platform there, as the options say.
    func newAdmission() -> PlatformAdmission {
        PlatformAdmission(
            to: path,
            profilePath: options.platformProfile,
            withoutProfile: options.admission,
            fileSystem: fileSystem,
            observer: options.openObserver
        )
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
