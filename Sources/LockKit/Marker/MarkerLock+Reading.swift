internal import Canonical
internal import FileSystemSeam

extension MarkerLock {
    /// Reads the marker; nil when there is none. Takes no lock.
    ///
    /// - Throws: `.directoryMissing`, `.notALockFile`, `.io`. A text that is no marker is no error: see
    ///   ``MarkerEvidence/syntaxError``.
    public func readMarker() throws(LockError) -> MarkerEvidence? {
        let directory = try openDirectory()
        defer { try? directory.close() }
        return try evidence(in: directory)
    }

    /// Opens the directory in which the marker lies.
    ///
    /// - Throws: `.directoryMissing`, `.io`.
    func openDirectory() throws(LockError) -> any Directory {
        do {
            return try fileSystem.openDirectory(directoryPath)
        } catch {
            throw error.code == .noEntry ? .directoryMissing(path: directoryPath) : .io(error, file: directoryPath)
        }
    }

    func evidence(in directory: any Directory) throws(LockError) -> MarkerEvidence? {
        guard let (bytes, identity) = try read(name, in: directory) else { return nil }
        return MarkerEvidence(bytes: bytes, identity: identity, form: options.form, viewer: fileSystem.processIdentity)
    }

    /// What stands at a name where a marker may be; nil when nothing does.
    func read(
        _ name: String,
        in directory: any Directory
    ) throws(LockError) -> (bytes: [UInt8], identity: FileIdentity)? {
        do throws(FileSystemError) {
            let file = try directory.open(name, .read, permissions: .ownerFile)
            defer { try? file.close() }
            let extent = try file.extent()
            if extent.kind != .regular { throw FileSystemError(operation: .open, name: name, code: .invalidArgument) }
            return (try file.readAll(maximumBytes: LockMarker.sizeMaximum, expecting: extent.size), extent.identity)
        } catch {
            switch error.code {
            case .noEntry: return nil
            case .symbolicLinkLoop: throw .notALockFile(path: path, reason: "a symbolic link stands there")
            case .isDirectory, .invalidArgument, .fileTooLarge, .noDevice:
                throw .notALockFile(path: path, reason: "it is not a file of a marker's kind and size")
            default: throw .io(error, file: path)
            }
        }
    }
}
