import FileSystemSeam
import Journal

// A disk in memory: nothing of the machine is touched.
let fileSystem = SimDisk().boot()
let journal = ApprovalJournal(at: "/approvals", fileSystem: fileSystem)
let nonce = ApprovalJournal.nonceDigest(Array("n".utf8))
let use = ApprovalUse(
    grantID: "g",
    grantDigest: "d",
    nonceDigest: nonce,
    actor: "agent://a",
    action: "deploy",
    subject: "urn:s"
)
let reservation = try journal.reserve(use, maximumUses: 1)

// A proof of the use, which verifies without the journal.
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
let check = try await AsyncApprovalJournal(imported).checkReplay(grant: "g", nonceDigest: nonce, maximumUsesHint: 1)
precondition(!check.passed)
print("Journal:", check.level.rawValue)
