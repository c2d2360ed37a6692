import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

/// The sync that was to make a new journal's name durable fails, and somebody has found the journal by then.
@Suite("A copy whose name is not durable")
struct UnsyncedCopyTests {
    enum Way: CaseIterable, Sendable { case conversion, bundle }

    @Test(arguments: JournalFormat.allCases, Way.allCases)
    func itIsLeftToThoseWhoUseIt(format: JournalFormat, way: Way) throws {
        let journal = try TestJournal(.segments)
        for number in 1...3 { _ = try journal.open().reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        let parent = URL(filePath: journal.path).deletingLastPathComponent().path(percentEncoded: false)
        let file = try PosixFileSystem.shared.openDirectory(parent)
            .open("bundle", [.read, .write, .create], permissions: .ownerFile)
        try journal.open().export(to: file)
        let bundle = try JournalBundle(file)
        let copy = journal.path + "-2"
        let other = ApprovalJournal(at: copy, fileSystem: PosixFileSystem.shared)
        let (isNamed, isFound) = (Flag(), Flag())
        journal.fileSystem.setIntercept { call in
            if call.operation == .rename, call.newPath?.hasSuffix("/journal-2") == true { _ = isNamed.raise() }
            guard isNamed.isUp, call.operation == .syncDirectory, call.path == ".." else { return nil }
            if isFound.raise() {
                do {
                    #expect(try other.reserve(use(nonce: "n-4"), maximumUses: 1).index == 4)
                } catch { Issue.record("\(error)") }
            }
            return .failure(.inputOutput)
        }
        let error = try journalError {
            switch way {
            case .conversion: try journal.open().convert(to: format, at: copy)
            case .bundle:
                let options = JournalOptions(format: format)
                try ApprovalJournal(at: copy, fileSystem: journal.fileSystem, options: options).create(from: bundle)
            }
        }
        journal.fileSystem.setIntercept(nil)
        #expect(isFound.isUp)
        #expect(error?.code == "copy_not_durable", "\(error as Any)")
        #expect("\(error as Any)".contains("\(copy) stands"), "\(error as Any)")
        // What was acknowledged there stands, and nothing else is left.
        #expect(try journalError { _ = try other.reserve(use(nonce: "n-4"), maximumUses: 1) }?.code == "uses_exhausted")
        #expect(try other.format() == format)
        #expect(try other.records().count == 4)
        #expect(try other.verifyAll().isIntact)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: parent).sorted() == ["bundle", "journal", "journal-2"]
        )
    }
}
