import FileSystemSeam
import Journal

let journal = ApprovalJournal(at: "/nonexistent/journal", fileSystem: PosixFileSystem.shared)
let check = try journal.checkReplay(grant: "g", nonceDigest: ApprovalJournal.nonceDigest(Array("n".utf8)))
print("Journal:", check.level.rawValue)
