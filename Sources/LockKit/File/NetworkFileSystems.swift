internal import FileSystemSeam
internal import Synchronization

extension FileLock {
    /// Refuses a file system whose locks may end at the machine or the client, once a handle and device.
    func requireFitFileSystem(_ directory: any Directory) throws(LockError) {
        if options.allowsNetworkFileSystems { return }
        let type: String?
        do throws(FileSystemError) {
            // A held directory stays where it is; one found by its path may be another one each time.
            let seen = fitDevice.load(ordering: .relaxed)
            if seen != 0, place.directoryPath == nil { return }
            let mark = try directory.status().identity.device &+ 1
            if seen == mark { return }
            type = try fileSystem.mountFacts(of: directory).sharedFileSystemType
            if type == nil { fitDevice.store(mark, ordering: .relaxed) }
        } catch {
            throw .io(error, file: place.directoryLabel)
        }
        if let type { throw .unsupportedFilesystem(path: path, type: type) }
    }
}
