import FileSystemSeam
import Journal

/// Uses a grant up. A replay throws, and nothing is recorded.
func reserveOnce(
    _ fileSystem: any FileSystem,
    grant: String,
    grantDigest: String,
    nonce: [UInt8]
) throws -> Reservation {
    let journal = ApprovalJournal(at: "approvals", fileSystem: fileSystem)
    let use = ApprovalUse(
        grantID: grant,
        grantDigest: grantDigest,
        nonceDigest: ApprovalJournal.nonceDigest(nonce),
        actor: "agent://indexer",
        action: "catalog.rebuild",
        subject: "urn:catalog:eu/7"
    )
    return try journal.reserve(use, maximumUses: 1)  // durable when it returns
}

// A disk in memory: nothing of the machine is touched.
let fileSystem = SimDisk().boot()
let reservation = try reserveOnce(fileSystem, grant: "g", grantDigest: "d", nonce: Array("n".utf8))
do {
    _ = try reserveOnce(fileSystem, grant: "g", grantDigest: "d", nonce: Array("n".utf8))
    fatalError("a replay was let through")
} catch JournalError.usesExhausted {}

// A proof of the use, which verifies without the journal.
let journal = ApprovalJournal(at: "approvals", fileSystem: fileSystem)
_ = try journal.makeCheckpoint()
guard let proof = try journal.proof(ofUse: reservation.useID) else { fatalError("the use is recorded") }
let finding = try proof.verify()
precondition(finding.use.useID == reservation.useID)

// The same chain in the other layout, and in one file.
let head = try journal.convert(to: .jsonRecords, at: "/converted")
let bundle = try fileSystem.openDirectory("/").open("bundle", [.read, .write, .create], permissions: .ownerFile)
let exported = try journal.export(to: bundle)
let imported = ApprovalJournal(at: "/imported", fileSystem: fileSystem)
let copied = try imported.create(from: JournalBundle(bundle))
precondition(exported == head && copied == head)

// Asked by a task, of the copy.
let nonce = ApprovalJournal.nonceDigest(Array("n".utf8))
let check = try await AsyncApprovalJournal(imported).checkReplay(grant: "g", nonceDigest: nonce, maximumUsesHint: 1)
precondition(!check.passed)
print("Journal:", check.level.rawValue)
