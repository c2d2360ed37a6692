import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Two spellings of one character, and marks that make one character of a delimiter and its neighbour.
@Suite("A journal takes texts for the bytes they are")
struct ExactBytesTests {
    /// One of a grant's uses must not be taken for one of another grant.
    @Test func recordsOfTwoGrantsAreNeverEqual() {
        let (one, other) = (use("\u{E9}"), use("e\u{301}"))
        #expect(one != other)
        #expect(Set([one, other]).count == 2)
        #expect(Set([one, use("\u{E9}")]).count == 1)
        #expect(JournalRecord.use(one) != .use(other))
        #expect(revocation(of: "\u{E9}") != revocation(of: "e\u{301}"))
        #expect(Set([revocation(of: "\u{E9}"), revocation(of: "e\u{301}")]).count == 2)
        var (covering, another) = (checkpoint(to: 1), checkpoint(to: 1))
        #expect(covering == another)
        covering.coveredGrantIDs = ["\u{E9}"]
        another.coveredGrantIDs = ["e\u{301}"]
        #expect(covering != another)
        #expect(Set([covering, another]).count == 2)
    }

    /// U+0600 and the full stop behind it are one character.
    @Test func anIndexFileIsKnownByTheBytesItsNameEndsIn() throws {
        let journal = try TestJournal(.jsonRecords)
        _ = try journal.open().reserve(use())
        let stray = "indexes/by-grant/g\u{600}.txt"
        try journal.write(Array("99\n".utf8), to: stray)
        #expect(try journalError { _ = try journal.open().reserve(use(nonce: "other")) }?.code == "missing_record")
        // Whoever knows that nothing is missing says so, and the evidence goes.
        #expect(try journal.open().rebuildIndexes(discardingEvidence: true) == 1)
        #expect(!journal.exists(stray))
        #expect(try journal.open().reserve(use(nonce: "other")).index == 2)
    }

    @Test(arguments: ["\u{301}copy", "copy\u{600}", "\u{301}", "\u{600}/"])
    func aCopyMayHaveAnyName(name: String) throws {
        let fileSystem = SimDisk().boot()
        let journal = ApprovalJournal(at: "/journal", fileSystem: fileSystem)
        _ = try journal.reserve(use())
        try fileSystem.openDirectory("/").makeDirectory("\u{600}", permissions: .ownerDirectory)
        let path = "/\u{600}/\(name)"
        #expect(try journal.convert(to: .jsonRecords, at: path)?.index == 1)
        #expect(try ApprovalJournal(at: path, fileSystem: fileSystem).records().count == 1)
    }

    /// Uses, limits, keys and revocations of one spelling say nothing of the other.
    @Test(arguments: JournalFormat.allCases)
    func spellingsShareNothing(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        #expect(try handle.reserve(use("\u{E9}", nonce: "n", id: "u-\u{E9}", key: "k"), maximumUses: 1).useNumber == 1)
        let other = try handle.reserve(use("e\u{301}", nonce: "n", id: "u-e\u{301}", key: "k"), maximumUses: 1)
        #expect(other.useNumber == 1 && !other.isExisting)
        var unusual = use("\u{E9}")
        unusual.nonceDigest = "nonce-\u{E9}"
        #expect(try handle.reserve(unusual, maximumUses: 1).useNumber == 2)
        unusual.nonceDigest = "nonce-e\u{301}"
        #expect(try handle.reserve(unusual, maximumUses: 1).useNumber == 3)
        _ = try handle.append(revocation(of: "e\u{301}"))
        #expect(try handle.reserve(use("\u{E9}", nonce: "last")).useNumber == 4)
        for journal in [handle, journal.open()] {
            #expect(try journalError { _ = try journal.reserve(use("e\u{301}", nonce: "x")) }?.code == "grant_revoked")
            #expect(try journal.findUse(id: "u-\u{E9}")?.record.index == 1)
            #expect(try journal.findUse(id: "u-e\u{301}")?.record.index == 2)
            #expect(try journal.findUse(grant: "\u{E9}", nonceDigest: "nonce-e\u{301}")?.record.index == 4)
            #expect(try journal.uses(forGrant: "e\u{301}").map(\.index) == [2])
        }
        let report = try journal.open().verifyAll()
        #expect(report.isIntact && report.findings == [] && report.warnings == [], "\(report)")
    }
}
