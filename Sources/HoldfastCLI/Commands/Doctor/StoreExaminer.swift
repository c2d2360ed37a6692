internal import FileSystemSeam

/// One kind of store, as `doctor` and `report` know it.
package struct StoreExaminer: Sendable {
    /// What the store is called.
    let store: String
    /// The file that makes a directory such a store, and that no other kind has.
    let mark: String
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

    /// Refuses to begin this kind of store in the directory of another kind, which would hide each from whoever looks for
    /// the other.
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

    /// The directory of a store of any kind.
    static let directory = PositionalDescription(name: "DIR", kind: .directory, help: "the store's directory")
}
