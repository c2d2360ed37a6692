import FileSystemSeam
import Foundation
import Journal

// Made to be killed: `journal-worker <journal> <first> <count> <steps> <tail> <format>` reserves `steps` of `count`
// nonces once, beginning with the one numbered `first` and going around, with an index that is written every `tail`
// records, and prints a line for every use that was acknowledged to it:
//
//     reserved nonce-17 grant-2 use_0123456789abcdef0123456789abcdef
//
// A nonce that someone else consumed is passed over; anything else ends it with the error and code 1.

let words = CommandLine.arguments
guard words.count == 7, let first = Int(words[2]), let count = Int(words[3]), let steps = Int(words[4]),
    let tail = Int(words[5]), let format = JournalFormat(rawValue: words[6])
else { exit(64) }
var options = JournalOptions(lockTimeoutMilliseconds: 30_000, format: format)
options.segmentSettings.tailRecordMaximum = tail

let journal = ApprovalJournal(
    at: words[1],
    fileSystem: PosixFileSystem.shared,
    options: options
)
for step in 0..<steps {
    let nonce = "nonce-\((first + step) % count)"
    let use = ApprovalUse(
        grantID: "grant-\((first + step) % count % 3)",
        grantDigest: "sha256:00",
        nonceDigest: ApprovalJournal.nonceDigest(Array(nonce.utf8)),
        actor: "agent://worker",
        action: "test",
        subject: "urn:worker:\(first)"
    )
    do {
        let reservation = try journal.reserve(use, maximumUses: 1)
        FileHandle.standardOutput.write(Data("reserved \(nonce) \(use.grantID) \(reservation.useID)\n".utf8))
    } catch {
        if case .usesExhausted = error { continue }
        FileHandle.standardOutput.write(Data("failed \(error)\n".utf8))
        exit(1)
    }
}
