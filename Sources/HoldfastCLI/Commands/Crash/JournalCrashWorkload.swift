internal import CrashTesting
internal import FileSystemSeam
internal import Journal

/// The built-in workload that shows what a power cut does to a journal: it is made, and two uses are reserved.
///
/// After every cut the journal is opened for writing, which recovers it. Then the chain must be intact, every
/// acknowledged use must be found where it was, and no acknowledged nonce may be used again.
enum JournalCrashWorkload {
    private static let path = "/journal"
    private static let grant = "grant-1"

    /// What a reservation acknowledged.
    private struct Acknowledged: Equatable {
        var index: UInt64
        var useID: String
        var nonceDigest: String
    }

    static func explore(_ explorer: CrashExplorer, progress: @escaping CrashProgress.Handler) throws -> CrashReport {
        try explorer.explore(progress: progress) { (fileSystem, acknowledge: (Acknowledged) -> Void) in
            let journal = ApprovalJournal(at: path, fileSystem: fileSystem)
            for number in 1...2 {
                let use = use(nonce: "nonce-\(number)")
                let reservation = try journal.reserve(use, maximumUses: 1)
                acknowledge(
                    Acknowledged(
                        index: reservation.index,
                        useID: reservation.useID,
                        nonceDigest: use.nonceDigest
                    )
                )
            }
        } recover: { fileSystem in
            let journal = ApprovalJournal(at: path, fileSystem: fileSystem)
            try journal.create()
            return journal
        } check: { journal, acknowledged in
            if let complaint = complaint(about: journal, acknowledged) { throw CheckFailure(complaint) }
        }
    }

    private static func use(nonce: String) -> ApprovalUse {
        ApprovalUse(
            grantID: grant,
            grantDigest: grant,
            nonceDigest: ApprovalJournal.nonceDigest(Array(nonce.utf8)),
            actor: "agent://a",
            action: "act",
            subject: "thing"
        )
    }

    /// The promise that a recovered journal breaks, in words; nil when it keeps all of them.
    private static func complaint(about journal: ApprovalJournal, _ acknowledged: [Acknowledged]) -> String? {
        do throws(JournalError) {
            if let failure = try journal.verifyIntegrity().failures.first { return failure.message }
            for use in acknowledged {
                guard let found = try journal.findUse(id: use.useID), found.record.index == use.index else {
                    return "record \(use.index), the acknowledged use \(use.useID), is lost"
                }
                if try journal.checkReplay(grant: grant, nonceDigest: use.nonceDigest).passed {
                    return "the nonce of record \(use.index) may be used a second time"
                }
            }
            return nil
        } catch {
            return "the recovered journal gives no answer: \(error)"
        }
    }
}
