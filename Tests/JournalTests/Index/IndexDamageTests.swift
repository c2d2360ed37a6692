import FileSystemSeam
import Journal
import Testing

@Suite("Damaged indexes")
struct IndexDamageTests {
    private static let file = "indexes/by-grant/grant-a.txt"

    private func filled(_ count: Int = 3) throws -> TestJournal {
        let journal = try TestJournal()
        let handle = journal.open()
        for _ in 0..<count { _ = try handle.reserve(use(maximum: UInt32(count))) }
        return journal
    }

    private func expectMended(_ journal: TestJournal, count: Int = 3) throws {
        let report = try journal.open().verifyIntegrity()
        #expect(report.isIntact)
        #expect(report.warnings.map(\.kind) == [.indexStale])
        #expect(try journal.open().uses(forGrant: "grant-a").count == count)
        #expect(try journalError { _ = try journal.open().reserve(use()) }?.code == "uses_exhausted")
        _ = try journal.open().reserve(use(nonce: "other"))
        let lines = (1...(count + 1)).map { "\($0)\n" }.joined()
        #expect(try journal.text(Self.file) == lines)
        #expect(try journal.open().verifyIntegrity().warnings == [])
    }

    /// A lost line end glues numbers together; they are no evidence of a record that was removed.
    @Test(arguments: ["12\n3\n", "1\n23\n", "123\n", "123", "1\n2\n3", "1\n2\n\n3\n", "12", "1", "1\n"])
    func lostLineEndsMeanNothing(text: String) throws {
        let journal = try filled()
        try journal.write(Array(text.utf8), to: Self.file)
        try expectMended(journal)
    }

    @Test(arguments: [
        "", "garbage", "\0\0\0\0\0\0", "-1\n", "1.5\n", "one\ntwo\n", "99999999999999999999999\n", "3\n2\n1\n",
    ])
    func whatIsNoNumberMeansNothing(text: String) throws {
        let journal = try filled()
        try journal.write(Array(text.utf8), to: Self.file)
        try expectMended(journal)
    }

    @Test func bytesThatAreNoTextMeanNothing() throws {
        let journal = try filled()
        try journal.write((0...255).map { UInt8($0) }.filter { !(0x30...0x39).contains($0) }, to: Self.file)
        try expectMended(journal)
    }

    /// A number that names no record is evidence, and never a use more.
    @Test(arguments: ["1\n2\n3\n4\n", "1\n2\n7\n", "1\n2\n3\n18446744073709551615\n", "4"])
    func aNumberBeyondTheRecordsIsEvidence(text: String) throws {
        let journal = try filled()
        try journal.write(Array(text.utf8), to: Self.file)
        #expect(try journal.open().verifyIntegrity().failures.map(\.kind) == [.missingRecord])
        #expect(try journalError { _ = try journal.open().reserve(use()) }?.code == "missing_record")
        #expect(try journalError { _ = try journal.open().reserve(use("grant-b")) }?.code == "missing_record")
        // Whoever knows that nothing was removed rebuilds.
        #expect(try journal.open().rebuildIndexes(discardingEvidence: true) == 3)
        #expect(try journal.open().reserve(use("grant-b")).index == 4)
    }

    /// The last use and the head are removed: the indexes are all that remembers it. Neither a new handle nor one
    /// that compared the indexes before may rebuild them, and no advice may be given to do so.
    @Test(arguments: [false, true])
    func rebuildingDoesNotForgetARemovedUse(hasWritten: Bool) throws {
        let journal = try filled(2)
        let handle = journal.open()
        if hasWritten { _ = try handle.reserve(use("grant-b")) }
        let last = journal.open()
        let removed = try last.reserve(use(nonce: "removed", maximum: 1))
        try journal.remove(journal.record(Int(removed.index)))
        try journal.remove("heads/current.json")

        let before = try journal.contents()
        #expect(try journalError { _ = try handle.rebuildIndexes() }?.code == "missing_record")
        #expect(try journal.contents() == before)
        let report = try journal.open().verifyIntegrity()
        #expect(report.failures.map(\.kind) == [.missingRecord])
        #expect(report.warnings.allSatisfy { !$0.message.contains("rebuild") }, "\(report.warnings)")
        let again = use(nonce: "removed", maximum: 1)
        #expect(try journalError { _ = try journal.open().reserve(again) }?.code == "missing_record")
    }

    /// `g.1`, `g:1` and `g 1` share a file; their uses are told apart all the same.
    @Test func grantsThatShareAFile() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        let grants = ["g.1", "g:1", "g 1", "g/1", "g\\1", "g_1"]
        for grant in grants { _ = try handle.reserve(use(grant), maximumUses: 1) }
        #expect(try journal.names(in: "indexes/by-grant") == ["g_1.txt"])
        #expect(try journal.text("indexes/by-grant/g_1.txt") == "1\n2\n3\n4\n5\n6\n")
        for (number, grant) in grants.enumerated() {
            let uses = try journal.open().uses(forGrant: grant)
            #expect(uses.map(\.index) == [UInt64(number + 1)])
            #expect(uses.map(\.record.grantID) == [grant])
            #expect(try handle.checkReplay(grant: grant, nonceDigest: digest("nonce-1")).useNumber == 2)
            #expect(try journalError { _ = try handle.reserve(use(grant)) }?.code == "uses_exhausted")
        }
        #expect(try journal.open().verifyIntegrity().warnings == [])
    }

    /// Composed and decomposed letters are different bytes, hence different grants and files.
    @Test func grantsThatOnlyLookTheSame() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        _ = try handle.reserve(use(composed), maximumUses: 1)
        _ = try handle.reserve(use(decomposed), maximumUses: 1)
        #expect(try handle.uses(forGrant: composed).map(\.index) == [1])
        #expect(try handle.uses(forGrant: decomposed).map(\.index) == [2])
        func lines() throws -> Set<[UInt8]> {
            // Read through the seam: Foundation's dictionaries of names would merge the two.
            let directory = try PosixFileSystem.shared.openDirectory(journal.path + "/indexes/by-grant")
            let names = try directory.entries().map(\.name)
            #expect(names.count == 2)
            return Set(try names.map { try directory.readFile($0, maximumBytes: 100) })
        }
        #expect(try lines() == [Array("1\n".utf8), Array("2\n".utf8)])
        #expect(try journal.open().verifyIntegrity().warnings == [])
        #expect(try journal.open().rebuildIndexes() == 2)
        #expect(try lines() == [Array("1\n".utf8), Array("2\n".utf8)])
        #expect(try journal.open().verifyIntegrity().warnings == [])
    }

    /// Caches that cannot be written do not undo a record that is durable.
    @Test(arguments: ["indexes", "heads"])
    func unwritableCachesDoNotStopAnAppend(directory: String) throws {
        let journal = try TestJournal()
        let handle = journal.open()
        try handle.create()
        journal.fileSystem.setIntercept { call in
            call.path.hasPrefix(directory) && call.isChange ? .failure(.noSpace) : nil
        }
        for number in 1...3 {
            #expect(try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1).index == UInt64(number))
            #expect(
                try journalError { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }?.code
                    == "uses_exhausted"
            )
        }
        journal.fileSystem.setIntercept(nil)
        #expect(try journal.open().verifyIntegrity().isIntact)
        #expect(try journal.open().reserve(use(nonce: "n-4")).index == 4)
        #expect(try journal.open().verifyIntegrity().warnings == [])
    }

    @Test func shortWritesToAnIndexAreMended() throws {
        let journal = try filled(12)
        // A process killed in the middle of the last line.
        let text = try journal.text(Self.file)
        try journal.write(Array(text.utf8.dropLast(2)), to: Self.file)
        try expectMended(journal, count: 12)
    }
}
