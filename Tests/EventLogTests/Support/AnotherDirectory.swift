import FileSystemSeam

extension SimFS {
    /// Puts another directory in the place of one below the root, with the same files in it: their names are others
    /// then.
    func moveFilesToAnotherDirectory(of name: String) throws {
        let root = try openDirectory("/")
        let other = try root.makeDirectories(["other"])
        let standing = try root.subdirectory(name)
        for entry in try standing.entries() { try standing.link(entry.name, to: entry.name, in: other) }
        for entry in try standing.entries() { try standing.remove(entry.name) }
        try root.removeDirectory(name)
        try root.rename("other", to: name, in: root, exclusive: true)
    }
}
