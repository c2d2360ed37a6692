internal import FileSystemSeam

/// A file that a command writes beside its results.
struct OutputFile {
    private let fileSystem: any FileSystem
    private let directory: any Directory
    private let name: String
    private let quoted: String

    /// Opens the directory that the file will lie in; the file itself is not touched yet.
    ///
    /// What is written takes the place of what stands at the name, which therefore has to be a file: a device, a FIFO or a
    /// symbolic link would be lost by it.
    ///
    /// - Throws: a usage failure for `-`, which is no file's name here; a missing-input failure when there is no such directory,
    ///   or something else than a file stands there.
    init(_ path: String, in fileSystem: any FileSystem) throws(CommandFailure) {
        let (place, name) = FilePath.split(path)
        self.fileSystem = fileSystem
        self.name = name
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
    }

    /// Writes a file whose contents `body` makes durable, or leaves what was there.
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
        } catch {
            try? directory.remove(temporary)
            throw error
        }
        do throws(FileSystemError) {
            try file.close()
            try directory.rename(temporary, to: name, in: directory, exclusive: false)
            try directory.sync()
        } catch {
            try? directory.remove(temporary)
            throw .inputOutput("\(quoted) cannot be written: \(error.code)", error)
        }
    }

    /// Writes the whole file, or leaves what was there.
    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        do throws(FileSystemError) {
            try directory.replaceAtomically(name, with: bytes)
        } catch {
            throw .inputOutput("\(quoted) cannot be written: \(error.code)", error)
        }
    }
}
