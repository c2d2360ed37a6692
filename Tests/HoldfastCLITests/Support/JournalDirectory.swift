import Canonical
import Foundation
import HoldfastCLI
import TestSupport
import Testing

/// A journal's directory in a temporary one, and short ways to ask it.
struct JournalDirectory: ~Copyable {
    let temporary: TemporaryDirectory

    init() throws { temporary = try TemporaryDirectory() }

    /// The journal's directory; not made yet.
    var path: String { temporary.path + "/journal" }

    /// A place beside the journal.
    func beside(_ name: String) -> String { temporary.path + "/" + name }

    /// Reserves with the nonce on standard input.
    func reserve(
        grant: String = "g-1",
        nonce: String = "nonce",
        action: String = "deploy",
        _ more: String...
    ) -> CommandRun {
        let words = [
            "journal", "reserve", path, "--grant", grant, "--nonce-file", "-", "--actor", "agent://a", "--action",
            action, "--subject", "urn:s",
        ]
        return CommandRun(words + more, input: Array(nonce.utf8))
    }

    /// Runs `journal COMMAND` on the directory.
    func run(_ command: String, _ more: String...) -> CommandRun {
        CommandRun(["journal", command, path] + more)
    }

    static func digest(_ nonce: String) -> String { Digest(hashing: Array(nonce.utf8)).description }
}
