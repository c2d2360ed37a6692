internal import FileSystemSeam
internal import PlatformProfile

extension StoreExamination.Finding {
    /// Something that a person should look at.
    static func notice(_ kind: String, _ place: String, _ message: String, _ remedy: String) -> Self {
        Self(.notice, kind, place: place, message, remedy: remedy)
    }
}

extension StoreExamination {
    /// Looks at a store's directory.
    mutating func addFiles(
        of context: CommandContext,
        _ look: (any Directory, inout StoreExamination) throws(FileSystemError) -> Void
    ) throws(CommandFailure) {
        do throws(FileSystemError) {
            let directory = try context.fileSystem.openDirectory(context.directory)
            defer { try? directory.close() }
            try look(directory, &self)
        } catch {
            throw .inputOutput(
                "\(Printable.quoted(context.directory, maximum: 200)) cannot be read: \(error.code)",
                error
            )
        }
    }

    /// Says which file system a store lies on, and names one that cannot be written to.
    mutating func addFileSystem(_ facts: MountFacts, at place: String) {
        self.facts.append(("file system", facts.fileSystemType.isEmpty ? "unknown" : facts.fileSystemType))
        if facts.isReadOnly { add(.notice("read_only", place, "the file system is read-only", "Mount it writable")) }
    }

    /// Names what looks at the platform left in a store's directory.
    mutating func addLeftProbes(_ directory: any Directory) throws(FileSystemError) {
        let names = try directory.entries().map(\.name).filter {
            $0.nameOfTemporary == PlatformObserver.scratchName
        }
        for name in names.sorted() {
            add(
                .notice(
                    "left_probe",
                    name,
                    "a look at the platform was ended together with what would have removed this, or goes on",
                    "Remove it when no store is being opened and no platform command runs there"
                )
            )
        }
    }

    /// Names what others than the owner have access to.
    mutating func addPermissions(_ name: String, _ status: FileStatus, _ remedy: String) {
        if status.permissions.rawValue & 0o077 == 0 || status.kind == .symbolicLink { return }
        add(.notice("loose_permissions", name, "others than the owner have access (\(status.permissions))", remedy))
    }
}
