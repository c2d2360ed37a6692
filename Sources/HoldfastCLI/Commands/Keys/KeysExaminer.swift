internal import FileSystemSeam
internal import KeyStore

/// What `doctor` and `report` say about a key store. They have no root key: what only that can verify is not said.
enum KeysExaminer {
    static let examiner = StoreExaminer(
        store: "key store",
        mark: "keyset",
        parts: ["receipts"],
        owns: { _ in true },
        recognises: { names in
            names.contains("keyset") || names.contains("keyset.lock") || names.contains { $0.hasPrefix("journal-") }
        },
        examine: examine
    )

    /// Refuses a directory in which nothing says that a store was ever there: a wrong path is no loss. The lock file
    /// alone says nothing, since a store that could not be made leaves it.
    ///
    /// - Throws: a missing-input failure. What cannot be looked at is for the store to say.
    static func requireTraces(_ context: CommandContext) throws(CommandFailure) {
        guard let directory = try? context.fileSystem.openDirectory(context.directory) else { return }
        defer { try? directory.close() }
        guard let names = try? directory.entries().map(\.name) else { return }
        let traces = ["keyset", "receipts", "root.key"]
        if names.contains(where: { traces.contains($0) || $0.hasPrefix("journal-") || $0.hasPrefix("keyset-") }) {
            return
        }
        try examiner.requireNoOther(context)
        let quoted = Printable.quoted(context.directory, maximum: 200)
        throw .missing("\(quoted) is no key store; check the path, or make one with holdfast keys init")
    }

    private static func examine(_ context: CommandContext) throws(CommandFailure) -> StoreExamination {
        var examination = StoreExamination(store: examiner.store, path: context.directory)
        do throws(KeyStoreError) {
            let survey = try ScopedKeyStore.survey(context.directory, fileSystem: context.fileSystem)
            addFacts(survey, to: &examination)
            for finding in survey.findings { examination.add(Self.finding(finding)) }
        } catch {
            switch error {
            case .io: throw CommandFailure(error, of: context)
            default: examination.add(unusable(error))
            }
        }
        try examination.addFiles(of: context) { (directory, examination) throws(FileSystemError) in
            try addFiles(directory, context, to: &examination)
        }
        examination.findings.sort { $0.severity == .damage && $1.severity != .damage }
        return examination
    }

    private static func addFacts(_ survey: KeysetSurvey, to examination: inout StoreExamination) {
        examination.facts += [
            ("store", survey.store.description), ("made", survey.created),
            ("granularity", survey.granularity.name), ("root key", survey.rootKind),
            ("position", survey.position.description), ("journal records", String(survey.journalRecordCount)),
        ]
        for state in KeyRecord.State.allCases {
            examination.facts.append(("\(state.rawValue) keys", String(survey.keyCounts[state] ?? 0)))
        }
        examination.facts += [
            ("receipts", String(survey.receiptCount)),
            ("verified", "checksums, order and receipts; what is authenticated only the root key can verify"),
        ]
    }

    // MARK: - What is not as it should be

    private static func finding(_ finding: KeysetSurvey.Finding) -> StoreExamination.Finding {
        switch finding {
        case .unusable(let error): unusable(error)
        case .damagedRecord(let file, let offset, let reason):
            StoreExamination.Finding(
                .damage,
                "damaged_record",
                place: "\(file), byte \(offset)",
                reason,
                remedy: restore
            )
        case .badReceipt(_, let file, let reason):
            StoreExamination.Finding(
                .damage,
                "bad_receipt",
                place: file,
                reason,
                remedy: "Put the receipt back from where it was kept; the keyset itself remembers the destruction"
            )
        case .destructionPending:
            .notice(
                "destruction_pending",
                "keyset",
                "the destruction of a scope's keys was decided and is not finished; the keys are not used",
                "Open the store with its root key, as with holdfast keys list, which goes on with it"
            )
        case .tornJournal(let file, let offset):
            .notice(
                "torn_journal",
                "\(file), byte \(offset)",
                "the journal ends within a record that was never acknowledged",
                "Nothing: the next record is written over it"
            )
        case .leftover(let file):
            .notice(
                "leftover",
                file,
                "it is of an older generation, or was being written when a process was killed",
                "Open the store with its root key, as with holdfast keys list, which overwrites and removes it"
            )
        }
    }

    private static let restore = "Keep what is here as evidence, and restore the directory from a copy that is as new"

    private static func unusable(_ error: KeyStoreError) -> StoreExamination.Finding {
        let place: String
        switch error {
        case .corrupt(let file, let offset, _): place = "\(file), byte \(offset)"
        case .journalMissing(let file), .unsupportedVersion(let file, _): place = file
        default: place = "keyset"
        }
        var remedy = restore
        if case .unsupportedVersion = error { remedy = "Use a newer version" }
        return StoreExamination.Finding(.damage, error.code, place: place, error.description, remedy: remedy)
    }

    // MARK: - Its files

    private static func addFiles(
        _ directory: any Directory,
        _ context: CommandContext,
        to examination: inout StoreExamination
    ) throws(FileSystemError) {
        let facts = try context.fileSystem.mountFactsWithJournaling(of: directory)
        examination.addFileSystem(facts, at: context.directory)
        try examination.addLeftProbes(directory)
        let risks = ResidualRisks(ofOverwritingOn: facts)
        if !risks.isEmpty {
            examination.add(
                .notice(
                    "overwriting",
                    context.directory,
                    "overwriting in place does not reach everything here: \(risks.names.joined(separator: ", "))",
                    "Keep the store, and above all its root key, on ext4 without data=journal, or on xfs"
                )
            )
        }
        for entry in try directory.entries() {
            let status = try directory.status(of: entry.name)
            examination.addPermissions(entry.name, status, status.kind == .directory ? "chmod 700" : "chmod 600")
            if entry.name == "root.key" {
                examination.add(
                    .notice(
                        "root_key_inside",
                        entry.name,
                        "the root key is in the store's own directory: whoever copies that has every key",
                        "Keep the directory out of backups, or move the file and name it with --root-key"
                    )
                )
            }
        }
    }
}
