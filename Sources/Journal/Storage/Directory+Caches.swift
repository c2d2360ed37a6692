internal import FileSystemSeam

/// What caches and locks need of a directory: whole, but not durable.
extension Directory {
    /// A subdirectory, made when it is not there. Its name is not made durable.
    func madeSubdirectory(_ name: String) throws(FileSystemError) -> any Directory {
        do {
            return try subdirectory(name)
        } catch  where error.code == .noEntry {
            do {
                try makeDirectory(name, permissions: .ownerDirectory)
            } catch  where error.code == .exists {
                // Made by someone else in the meantime, which is as good.
            }
            return try subdirectory(name)
        }
    }

    /// Replaces a file in one step for every observer, without making it durable: for caches, and for records
    /// when the caller asked for no more.
    func replaceWithoutSync(_ name: String, with bytes: [UInt8]) throws(FileSystemError) {
        let temporary = name + ".tmp"
        let options: OpenOptions = [.write, .create, .exclusive]
        do {
            let file: any File
            do {
                file = try open(temporary, options, permissions: .ownerFile)
            } catch  where error.code == .exists {
                // Left by a crash: whoever writes holds the lock.
                try remove(temporary)
                file = try open(temporary, options, permissions: .ownerFile)
            }
            try file.writeAll(bytes, at: 0)
            try file.close()
            try rename(temporary, to: name, in: self, exclusive: false)
        } catch {
            try? remove(temporary)
            throw error
        }
    }
}
