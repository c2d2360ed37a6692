import CrashTesting
import FileSystemSeam
import Journal

/// What a journal promises whatever happened, as workloads and checks for the explorers.
enum CrashedJournal {
    static let path = "/journal"
    static let grant = "grant-1"

    /// Something that a journal said.
    enum Said: Equatable, Sendable {
        /// "This use is recorded."
        case reserved(index: UInt64, useID: String, nonce: String, key: String?)
        /// "This grant is revoked."
        case revoked(index: UInt64, grant: String)
        /// "This checkpoint is in the journal."
        case summedUp(index: UInt64, digest: String)
        /// "All of it is also there", in another place.
        case copied

        var index: UInt64 {
            switch self {
            case .copied: 0
            case .reserved(let index, _, _, _), .revoked(let index, _), .summedUp(let index, _): index
            }
        }
    }

    /// Sizes at which every border lies within a few records and few sectors are unsynced at a time.
    static var smallSettings: SegmentSettings {
        var settings = SegmentSettings()
        settings.segmentByteMaximum = 1024
        settings.preallocationByteMinimum = 512
        settings.preallocationByteMaximum = 512
        settings.tailRecordMaximum = 2
        return settings
    }

    static func options(_ format: JournalFormat, _ settings: SegmentSettings = smallSettings) -> JournalOptions {
        var options = JournalOptions(format: format)
        options.segmentSettings = settings
        return options
    }

    static func open(_ fileSystem: any FileSystem, _ options: JournalOptions) -> ApprovalJournal {
        ApprovalJournal(at: path, fileSystem: fileSystem, options: options)
    }

    static func use(_ nonce: String, grant: String = grant, key: String? = nil) -> ApprovalUse {
        ApprovalUse(
            grantID: grant,
            grantDigest: "d",
            nonceDigest: ApprovalJournal.nonceDigest(Array(nonce.utf8)),
            actor: "a",
            action: "x",
            subject: "s",
            idempotencyKey: key
        )
    }

    /// Reserves the one use of a nonce, and says so.
    static func reserve(
        _ journal: ApprovalJournal,
        _ nonce: String,
        key: String? = nil,
        _ say: (Said) -> Void
    ) throws(JournalError) {
        let reservation = try journal.reserve(use(nonce, key: key), maximumUses: 1)
        say(.reserved(index: reservation.index, useID: reservation.useID, nonce: nonce, key: key))
    }

    static func revoke(_ journal: ApprovalJournal, _ grant: String, _ say: (Said) -> Void) throws(JournalError) {
        let revocation = ApprovalRevocation(grantID: grant, grantDigest: "d", revoker: "r")
        say(.revoked(index: try journal.append(revocation).index, grant: grant))
    }

    static func sumUp(_ journal: ApprovalJournal, _ say: (Said) -> Void) throws(JournalError) {
        let record = try journal.makeCheckpoint()
        say(.summedUp(index: record.index, digest: record.digest))
    }

    /// Opens the journal for writing, which repairs what a crash left, so that this can be crashed, too.
    static func recover(_ fileSystem: any FileSystem, _ options: JournalOptions) throws -> any FileSystem {
        try open(fileSystem, options).create()
        return fileSystem
    }

    /// What was said must be true for readers, for the next writer, and the journal must work on.
    ///
    /// - Parameter fileSystem: after the crash; the journal is opened anew.
    static func check(_ fileSystem: any FileSystem, _ options: JournalOptions, _ said: [Said]) throws {
        do throws(JournalError) {
            try complain(readers(open(fileSystem, options), said))
            let journal = open(fileSystem, options)
            try complain(writer(journal, said))
            try complain(readers(open(fileSystem, options), said))
        } catch {
            throw CheckFailure("the journal gives no answer: \(error)")
        }
    }

    private struct Complaint: Error { let text: String }

    private static func complain(_ complaint: String?) throws(JournalError) {
        if let complaint { throw .invalidArgument(member: "promise", reason: complaint) }
    }

    /// What readers say, who change nothing.
    static func readers(_ journal: ApprovalJournal, _ said: [Said]) throws(JournalError) -> String? {
        let report = try journal.verifyAll()
        if let failure = report.failures.first { return "verification: \(failure.message)" }
        if let finding = report.findings.first { return "a finding: \(finding.message)" }
        var indexes: Set<UInt64> = []
        for case .summedUp(let index, let digest) in said
        where try journal.records(from: index, limit: 1).first?.digest != digest {
            return "record \(index), an acknowledged checkpoint, is lost"
        }
        for case .reserved(let index, let useID, let nonce, _) in said {
            indexes.insert(index)
            guard let found = try journal.findUse(id: useID), found.record.index == index else {
                return "record \(index), the acknowledged use of \(nonce), is lost"
            }
            let digest = ApprovalJournal.nonceDigest(Array(nonce.utf8))
            if try journal.checkReplay(grant: grant, nonceDigest: digest).passed {
                return "\(nonce) may be used a second time"
            }
            guard try journal.findUse(grant: grant, nonceDigest: digest)?.record.index == index else {
                return "\(nonce) is not found"
            }
        }
        if try journal.uses(forGrant: grant).count < indexes.count { return "uses of the grant are missing" }
        return nil
    }

    /// What the next writer does.
    private static func writer(_ journal: ApprovalJournal, _ said: [Said]) throws(JournalError) -> String? {
        // Whoever was not answered asks again, and gets the answer that was given already.
        for case .reserved(let index, let useID, let nonce, let key?) in said {
            let again = try journal.reserve(use(nonce, key: key), maximumUses: 1)
            if !again.isExisting || again.index != index || again.useID != useID {
                return "the request \(key) of record \(index) was granted again, in record \(again.index)"
            }
        }
        for case .reserved(let index, _, let nonce, _) in said {
            do throws(JournalError) {
                let again = try journal.reserve(use(nonce), maximumUses: 1)
                return "\(nonce) of record \(index) was used a second time, in record \(again.index)"
            } catch {
                guard case .usesExhausted = error else { return "\(nonce): \(error)" }
            }
        }
        for case .revoked(_, let grant) in said {
            do throws(JournalError) {
                _ = try journal.reserve(use("after", grant: grant))
                return "the revoked grant \(grant) was used"
            } catch {
                guard case .grantRevoked = error else { return "\(grant): \(error)" }
            }
        }
        let next = try journal.reserve(use("next", grant: "grant-2"))
        if let last = said.map(\.index).max(), next.index <= last { return "index \(next.index) was given twice" }
        return nil
    }
}
