import CrashTesting
import FileSystemSeam
import Testing

/// A store of one number in one file, replaced as a whole.
struct ReplaceStore {
    let directory: any Directory
    var syncsFile = true
    var syncsDirectory = true

    func set(_ value: UInt8) throws {
        let file = try directory.open("tmp", [.write, .create, .truncate], permissions: .ownerFile)
        let bytes = [UInt8](repeating: value, count: 600)
        _ = try file.write(bytes.span, at: 0)
        if syncsFile { try file.sync(.data) }
        try file.close()
        try directory.rename("tmp", to: "current", in: directory, exclusive: false)
        if syncsDirectory { try directory.sync() }
    }

    static func recover(_ fileSystem: any FileSystem) throws -> UInt8 {
        let directory = try fileSystem.openDirectory("/")
        let file: any File
        do throws(FileSystemError) {
            file = try directory.open("current", [.read], permissions: .ownerFile)
        } catch {
            if error.code == .noEntry { return 0 }
            throw error
        }
        var bytes = [UInt8](repeating: 0, count: 1024)
        var span = bytes.mutableSpan
        let count = try file.read(into: &span, at: 0)
        guard count == 600 else { throw CheckFailure("\(count) bytes") }
        for byte in bytes[0..<600] where byte != bytes[0] { throw CheckFailure("torn") }
        return bytes[0]
    }

    static func explore(_ explorer: CrashExplorer, values: UInt8 = 2, file: Bool, directory: Bool) throws
        -> CrashReport
    {
        try explorer.explore { (fileSystem, acknowledge: (UInt8) -> Void) in
            let store = ReplaceStore(
                directory: try fileSystem.openDirectory("/"),
                syncsFile: file,
                syncsDirectory: directory
            )
            for value in 1...values {
                try store.set(value)
                acknowledge(value)
            }
        } recover: {
            try ReplaceStore.recover($0)
        } check: { value, acknowledged in
            let last = acknowledged.last ?? 0
            try CheckFailure.unless(value == last || value == last + 1, "\(value) after \(acknowledged)")
        }
    }
}

@Suite struct ReplaceFileTests {
    @Test(arguments: PersistenceModel.all)
    func aCorrectReplacementIsClean(_ model: PersistenceModel) throws {
        let report = try ReplaceStore.explore(CrashExplorer(model), file: true, directory: true)
        #expect(report.isClean, "\(report)")
        #expect(report.statistics.mode == "exhaustive")
        #expect(report.statistics.exhaustivePoints == report.statistics.crashPoints)
    }

    @Test(arguments: PersistenceModel.all)
    func aMissingFileSyncIsFound(_ model: PersistenceModel) throws {
        let report = try ReplaceStore.explore(CrashExplorer(model), file: false, directory: true)
        #expect(report.findings.first?.missing.hasPrefix("sync of tmp before") == true, "\(report)")
    }

    @Test func aMissingDirectorySyncIsFound() throws {
        let report = try ReplaceStore.explore(CrashExplorer(), file: true, directory: false)
        #expect(report.findings.first?.missing == "sync of directory / before the acknowledgement", "\(report)")
    }
}
