import CrashTesting
import FileSystemSeam
import Journal

extension SyncedWork {
    // MARK: - Readers

    /// What a reader reports of records that a writer without syncs appended is durable.
    static let readers = JournalFormat.allCases.map { format in
        var settings = CrashedJournal.smallSettings
        // A run of the index would make durable what it tells of.
        settings.tailRecordMaximum = 64
        var spare = ["syncDirectory /journal/.. 1": maker]
        switch format {
        case .segments:
            spare["sync …3.jsonl 1"] = begun
            for place in 1...2 { spare["syncDirectory segments \(place)"] = named }
        case .jsonRecords: spare["syncDirectory /journal 1"] = maker
        }
        return SyncedWork(
            "a reader after a writer without syncs",
            CrashedJournal.options(format, settings),
            spare: spare,
            prepare: uses(1)
        ) { fileSystem, options, say in
            var careless = options
            careless.durability = .processCrashOnly
            let writer = CrashedJournal.open(fileSystem, careless)
            // More than a segment holds, so that one is begun.
            for number in 1...3 { try CrashedJournal.reserve(writer, "n\(number)") { _ in } }
            let reader = CrashedJournal.open(try successor(of: fileSystem), options)
            for found in try reader.uses(forGrant: CrashedJournal.grant) {
                say(.reserved(index: found.index, useID: found.record.id, nonce: "", key: nil))
            }
        } check: { fileSystem, options, said in
            // Before anybody has read it, nothing is promised of what was never synced.
            if said.isEmpty { return }
            do throws(JournalError) {
                let found = try CrashedJournal.open(fileSystem, options).uses(forGrant: CrashedJournal.grant)
                for case .reserved(let index, let useID, _, _) in said
                where !found.contains(where: { $0.index == index && $0.record.id == useID }) {
                    throw .missingRecord(index: index, evidence: "a reader reported it")
                }
            } catch {
                throw CheckFailure("what was reported is lost: \(error)")
            }
        }
    }

    // MARK: - Copies

    static let copies = JournalFormat.allCases.flatMap { [convert($0), export($0)] }

    private static func convert(_ format: JournalFormat) -> SyncedWork {
        var spare = [
            "syncDirectory //.copy.tmp-… 1": covered, "syncDirectory //.copy.tmp-…/.. 1": covered,
            "sync journal.json.tmp 1": manifest,
        ]
        switch format {
        case .segments:
            spare["syncDirectory //.copy.tmp-… 2"] = covered
            for name in ["by-grant", "by-nonce"] { spare["syncDirectory \(name) 1"] = cache }
        case .jsonRecords:
            for name in ["sync current.json 1", "syncDirectory heads 1"] { spare[name] = head }
            spare["sync …1.jsonl 1"] = begun
        }
        return SyncedWork("is converted", CrashedJournal.options(format), spare: spare, prepare: uses(3)) {
            fileSystem,
            options,
            say in
            let other: JournalFormat = options.format == .segments ? .jsonRecords : .segments
            _ = try CrashedJournal.open(fileSystem, options).convert(to: other, at: "/copy")
            say(.copied)
        } check: { fileSystem, options, said in
            do throws(JournalError) {
                let copy = ApprovalJournal(at: "/copy", fileSystem: fileSystem, options: options)
                let head = try copy.head()
                let report = try copy.verifyAll()
                let isWhole = report.isIntact && report.findings.isEmpty && head?.index == 3
                if isWhole || (head == nil && said.isEmpty) { return }
                throw .invalidArgument(member: "copy", reason: "it ends with \(String(describing: head)), \(report)")
            } catch {
                throw CheckFailure("the copy is not whole: \(error)")
            }
        }
    }

    /// The name of the file is the caller's business, and durable before.
    private static func export(_ format: JournalFormat) -> SyncedWork {
        SyncedWork("is exported", CrashedJournal.options(format)) { fileSystem, options in
            try uses(2)(fileSystem, options)
            _ = try fileSystem.openDirectory("/").open("bundle", [.write, .create], permissions: .ownerFile)
        } run: { fileSystem, options, say in
            let file = try fileSystem.openDirectory("/").open("bundle", [.read, .write], permissions: .ownerFile)
            try CrashedJournal.open(fileSystem, options).export(to: file)
            say(.copied)
        } check: { fileSystem, _, said in
            if said.isEmpty { return }
            do {
                let file = try fileSystem.openDirectory("/").open("bundle", .read, permissions: .ownerFile)
                let bundle = try JournalBundle(file)
                let isWhole = try bundle.recordCount == 2 && bundle.verify().isIntact
                try CheckFailure.unless(isWhole, "the bundle is not whole")
            } catch let failure as CheckFailure {
                throw failure
            } catch {
                throw CheckFailure("the bundle is lost: \(error)")
            }
        }
    }
}
