internal import FileSystemSeam

/// One kind of store, as `doctor` and `report` know it.
package struct StoreExaminer: Sendable {
    /// What the store is called.
    let store: String
    /// The file that makes a directory such a store, and that no other kind has.
    let mark: String
    /// The directories that such a store makes in its own.
    let parts: [String]
    /// Whether a name in its directory is the store's to use; others may keep theirs beside it.
    let owns: @Sendable (String) -> Bool
    /// Whether a directory with these names in it is such a store.
    let recognises: @Sendable (Set<String>) -> Bool
    /// Looks at everything, changing nothing.
    let examine: @Sendable (CommandContext) throws(CommandFailure) -> StoreExamination

    /// Every kind; a new one is a line here.
    static let all: [StoreExaminer] = [
        EventsExaminer.examiner, JournalExaminer.examiner, KeysExaminer.examiner,
    ]

    /// Examines the store that DIR names.
    ///
    /// - Throws: a missing-input failure when there is no directory, a malformed-input failure when it is no store.
    static func examination(_ context: CommandContext) throws(CommandFailure) -> StoreExamination {
        let names: Set<String>
        do throws(FileSystemError) {
            let directory = try context.fileSystem.openDirectory(context.directory)
            defer { try? directory.close() }
            names = Set(try directory.entries().map(\.name))
        } catch {
            let quoted = Printable.quoted(context.directory, maximum: 200)
            if context.isMissing(error, at: context.directory) {
                let copies = InterruptedCopies.beside(context.directory, isOwn: true, context.fileSystem)
                let left = copies.map { Printable.quoted($0, maximum: 200) }
                let remedy =
                    left.isEmpty
                    ? "check the path"
                    : "an import or a conversion to it was killed, or is still writing \(ValueKind.list(left)). Remove "
                        + "what is left when none is running, and do it again"
                throw .missing("\(quoted) is no directory; \(remedy)")
            }
            throw .inputOutput("\(quoted) cannot be read: \(error.code)", error)
        }
        let examiners = all.filter { $0.recognises(names) }
        guard let examiner = examiners.first else {
            let known = ValueKind.list(all.map(\.store))
            throw .malformed(
                "\(Printable.quoted(context.directory, maximum: 200)) is no \(known); name a store's directory",
                code: "unknown_store"
            )
        }
        var examination = try examiner.examine(context)
        for other in examiners.dropFirst() { examination.add(try other.examine(context)) }
        return examination
    }

    /// Refuses to begin this kind of store in the directory of another kind, which would hide each from whoever looks
    /// for the other.
    ///
    /// - Throws: a malformed-input failure. What cannot be looked at is for the store to say.
    func requireNoOther(_ context: CommandContext) throws(CommandFailure) {
        guard let directory = try? context.fileSystem.openDirectory(context.directory) else { return }
        defer { try? directory.close() }
        if (try? directory.exists(mark)) ?? true { return }
        for other in Self.all where other.mark != mark && (try? directory.exists(other.mark)) == true {
            let quoted = Printable.quoted(context.directory, maximum: 200)
            throw .malformed(
                "\(quoted) holds a store of another kind (\(other.store)); nothing was written. Name another directory",
                code: "other_store"
            )
        }
    }

    /// The kind of the store among whose files a name would stand: in the store's own directory, or in one that the
    /// store made there. Nil where it is none's.
    ///
    /// - Parameters:
    ///   - name: what would stand there.
    ///   - directory: where.
    ///   - path: leads to the directory.
    static func store(
        owning name: String,
        in directory: any Directory,
        at path: String,
        _ fileSystem: any FileSystem
    ) -> String? {
        if let store = all.first(where: { $0.isMarked(directory) && $0.owns(name) }) { return store.store }
        guard let identity = try? directory.status().identity,
            let above = try? fileSystem.openDirectory(path + "/..")
        else { return nil }
        defer { try? above.close() }
        return all.first { store in
            store.isMarked(above) && store.parts.contains { (try? above.status(of: $0).identity) == identity }
        }?.store
    }

    /// Refuses to make a store among the files of another, where it would be in the way of that one's recovery; so
    /// would a directory that is made for it, where those above it are missing, too.
    ///
    /// - Parameter path: where the store would be made.
    /// - Throws: a usage failure. What cannot be looked at is for the store to say.
    static func requireOutsideStores(_ path: String, _ fileSystem: any FileSystem) throws(CommandFailure) {
        guard let place = outermostMissing(path, fileSystem) else { return }
        defer { try? place.directory.close() }
        guard let store = store(owning: place.name, in: place.directory, at: place.path, fileSystem) else { return }
        throw .usage(
            "\(Printable.quoted(path, maximum: 200)) would lie among the files of a store (\(store)); nothing was written. Name a "
                + "place outside of it"
        )
    }

    /// What would be made first for a directory at `path`, and the directory that stands and that it would be made in,
    /// as ``FileSystem/openDirectory(_:creating:)`` goes up to it. Nil when nothing would be made, or nothing can be.
    private static func outermostMissing(
        _ path: String,
        _ fileSystem: any FileSystem
    ) -> (name: String, directory: any Directory, path: String)? {
        var path = path
        while let parts = PathParts(path), ![".", ".."].contains(parts.last) {
            do throws(FileSystemError) {
                let directory = try fileSystem.openDirectory(parts.parent)
                if (try? directory.exists(parts.last)) != true { return (parts.last, directory, parts.parent) }
                try? directory.close()
                return nil
            } catch {
                guard error.code == .noEntry else { return nil }
                path = parts.parent
            }
        }
        return nil
    }

    private func isMarked(_ directory: any Directory) -> Bool { (try? directory.status(of: mark).kind) == .regular }

    /// The directory of a store of any kind.
    static let directory = PositionalDescription(name: "DIR", kind: .directory, help: "the store's directory")
}
