internal import FileSystemSeam

/// A file that a command writes beside its results.
struct OutputFile {
    private let fileSystem: any FileSystem
    private let directory: any Directory
    private let name: String
    private let beginnings: [String]
    private let quoted: String

    /// Opens the directory that the file will lie in; the file itself is not touched yet.
    ///
    /// What is written takes the place of what stands at the name, which therefore has to be a file: a device, a FIFO
    /// or a symbolic link would be lost by it. It has to be empty, or to begin as what is written does: a slip in a
    /// name would else replace a root key, a private key or a store's records. Nor is anything written among a store's
    /// files, where what does not belong to the store can be in its way later.
    ///
    /// - Parameter beginnings: how files of the kind that is written begin; any of these.
    /// - Throws: a usage failure for `-`, which is no file's name here, for a place in a store, and where another kind
    ///   of file stands; a missing-input failure when there is no such directory, or something else than a file stands
    ///   there.
    init(_ path: String, replacing beginnings: [String], in fileSystem: any FileSystem) throws(CommandFailure) {
        let (place, name) = FilePath.split(path)
        self.fileSystem = fileSystem
        self.name = name
        self.beginnings = beginnings
        quoted = Printable.quoted(path, maximum: 200)
        if path == "-" {
            throw .usage("this goes to a file and not to standard output; name one (./- for a file with that name)")
        }
        if ["", ".", ".."].contains(name) {
            throw .missing("\(quoted) is a directory; give a file, and check the path")
        }
        do throws(FileSystemError) {
            directory = try fileSystem.openDirectory(place)
        } catch {
            switch error.code {
            case .noEntry, .notDirectory: throw .missing("there is no directory for \(quoted); check the path")
            default: throw .inputOutput("the directory of \(quoted) cannot be opened: \(error.code)", error)
            }
        }
        if let stranger = directory.stranger(at: name) {
            throw .missing("\(quoted): \(stranger); nothing was written. Give the name of a file, or of a new one")
        }
        if let store = StoreExaminer.store(owning: name, in: directory, at: place, fileSystem) {
            throw .usage(
                "\(quoted) would lie among the files of a store (\(store)); nothing was written. Name a file outside of it"
            )
        }
        try requireReplaceable()
    }

    /// Refuses to replace what is no earlier output; asked again after the work, which may take long.
    private func requireReplaceable() throws(CommandFailure) {
        if isReplaceable { return }
        throw .usage(
            "\(quoted) is there, and is no earlier output of this command: what it holds would be lost. Nothing was "
                + "written; give another name, or remove it"
        )
    }

    /// Whether nothing stands at the name, or an empty file, or one that begins as one of these.
    private var isReplaceable: Bool {
        do throws(FileSystemError) {
            guard try directory.exists(name) else { return true }
            let file = try directory.open(name, .read, permissions: .ownerFile)
            defer { try? file.close() }
            if try file.extent().size == 0 { return true }
            for beginning in beginnings.map({ Array($0.utf8) }) {
                if try file.read(exactly: beginning.count, at: 0) == beginning { return true }
            }
            return false
        } catch {
            // What cannot be read may be anything.
            return false
        }
    }

    /// Writes a file whose contents `body` makes durable, or leaves what was there.
    ///
    /// - Throws: with ``notDurableCode`` where the file stands.
    func write(_ body: (any File) throws(CommandFailure) -> Void) throws(CommandFailure) {
        let temporary: String
        let file: any File
        do throws(FileSystemError) {
            temporary = try fileSystem.temporaryName(for: name)
            file = try directory.open(temporary, [.read, .write, .create, .exclusive], permissions: .ownerFile)
        } catch {
            throw .inputOutput("\(quoted) cannot be written: \(error.code)", error)
        }
        do throws(CommandFailure) {
            try body(file)
            try requireReplaceable()
        } catch {
            try? directory.remove(temporary)
            throw error
        }
        do throws(FileSystemError) {
            try file.close()
            try directory.rename(temporary, to: name, in: directory, exclusive: false)
        } catch {
            try? directory.remove(temporary)
            throw .inputOutput("\(quoted) cannot be written: \(error.code)", error)
        }
        try syncName()
    }

    /// Writes the whole file, or leaves what was there.
    ///
    /// - Throws: with ``notDurableCode`` where the file stands.
    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        try requireReplaceable()
        do throws(FileSystemError) {
            try directory.replaceAtomically(name, with: bytes, syncDirectory: false)
        } catch {
            throw .inputOutput("\(quoted) cannot be written: \(error.code)", error)
        }
        try syncName()
    }

    /// Makes the name durable, at which the whole file stands already.
    private func syncName() throws(CommandFailure) {
        do throws(FileSystemError) {
            try directory.sync()
        } catch {
            var failure = CommandFailure.inputOutput(
                "\(quoted) stands, whole, but the directory above it could not be synced, so that a loss of power may take it "
                    + "away, or bring back what was there: \(error.code). Check the disk, and copy it to a sound one",
                error
            )
            failure.code = Self.notDurableCode
            throw failure
        }
    }

    /// The code of a failure behind which the file stands.
    static let notDurableCode = "output_not_durable"

    /// What the exit code says of a file that is written.
    static func notDurableNote(_ file: String) -> ExitNote {
        ExitNote(
            code: .inputOutput,
            meaning:
                "reading or writing failed, and \(file) is as it was; but with \(notDurableCode) it is written, and a loss of "
                + "power may take it away, or bring back what was there"
        )
    }
}
