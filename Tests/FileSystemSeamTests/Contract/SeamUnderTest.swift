import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// An implementation of the seam, and how to get an empty directory of it.
///
/// Every test of ``ContractTests`` runs once for each of ``all``. To hold another implementation to the same
/// contract, add it there.
struct SeamUnderTest: Sendable, CustomTestStringConvertible {
    /// What a failure is reported under.
    let name: String
    /// Runs a test in an empty directory, and clears up afterwards.
    let run: @Sendable (_ body: (Subject) throws -> Void) throws -> Void

    var testDescription: String { name }

    /// All implementations that are held to the contract here.
    static let all: [SeamUnderTest] =
        [posix("working disk", base: TemporaryDirectory.workingDisk)]
        + (TemporaryDirectory.memoryDisk.map { [posix("memory disk", base: $0)] } ?? [])
        + [simulated]

    private static let simulated = SeamUnderTest(name: "SimFS") { body in
        let fileSystem = SimDisk().boot()
        let above = try fileSystem.openDirectory("/")
        try above.makeDirectory("root", permissions: .ownerDirectory)
        let root = try fileSystem.openDirectory("/root")
        try body(
            Subject(
                fileSystem: fileSystem,
                root: root,
                rootPath: "/root",
                makeSymbolicLink: { target, name in
                    let simulated = try #require(root as? SimDirectory)
                    try fileSystem.disk.plantSymbolicLink(name, to: target, in: simulated)
                },
                blocksThreads: true
            )
        )
    }

    private static func posix(_ name: String, base: String) -> SeamUnderTest {
        SeamUnderTest(name: "PosixFileSystem on the \(name)") { body in
            let temporary = try TemporaryDirectory(in: base)
            let fileSystem = PosixFileSystem()
            let path = temporary.path
            try body(
                Subject(
                    fileSystem: fileSystem,
                    root: try fileSystem.openDirectory(path),
                    rootPath: path,
                    makeSymbolicLink: { target, name in
                        let link = path + "/" + name
                        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
                    },
                    blocksThreads: true
                )
            )
        }
    }
}

/// What one test works on.
struct Subject {
    let fileSystem: any FileSystem
    /// An empty directory.
    let root: any Directory
    /// Where that directory is, for ``FileSystem/openDirectory(_:)``.
    let rootPath: String
    /// Makes a symbolic link in the root, which the seam itself cannot; nil when the implementation has none.
    let makeSymbolicLink: ((_ target: String, _ name: String) throws -> Void)?
    /// Whether a blocking call may be waited for on another thread.
    let blocksThreads: Bool
}

/// The contract of the seam: every fact that stores rely on, said once for all implementations.
@Suite("The contract of the seam") struct ContractTests {
    @Test(
        .enabled(if: TemporaryDirectory.memoryDisk != nil, "no memory file system at /dev/shm: contract not run on it")
    )
    func aMemoryDiskIsAmongTheSubjects() {
        #expect(SeamUnderTest.all.count >= 2)
    }
}

// MARK: Helpers

extension Directory {
    /// Makes or replaces a file, without any care for durability.
    func put(_ name: String, _ text: String) throws {
        let file = try open(name, [.write, .create, .truncate], permissions: .ownerFile)
        try file.writeAll(Array(text.utf8), at: 0)
        try file.close()
    }

    /// A file's contents as text.
    func text(_ name: String) throws -> String {
        String(decoding: try readFile(name, maximumBytes: 1 << 24), as: UTF8.self)
    }

    /// The names in the directory, sorted.
    func names() throws -> [String] { try entries().map(\.name).sorted() }

    /// Opens a file that exists, for reading and writing.
    func existing(_ name: String) throws -> any File { try open(name, [.read, .write], permissions: .ownerFile) }
}

extension File {
    /// Up to `count` bytes at `offset` as text, by one read.
    func text(_ count: Int, at offset: Int64) throws -> String {
        var bytes = [UInt8](repeating: 0xff, count: count)
        var span = bytes.mutableSpan
        let read = try read(into: &span, at: offset)
        return String(decoding: bytes[..<read], as: UTF8.self)
    }

    /// Everything in the file as text.
    func text() throws -> String { String(decoding: try readAll(maximumBytes: 1 << 24), as: UTF8.self) }
}

/// Expects a ``FileSystemError`` with this number, and from this operation where it is given.
func expectFailure(
    _ code: ErrorNumber,
    _ operation: FileSystemError.Operation? = nil,
    _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record(comment ?? "nothing was thrown where \(code) was expected", sourceLocation: sourceLocation)
    } catch let error as FileSystemError {
        #expect(error.code == code, comment, sourceLocation: sourceLocation)
        if let operation { #expect(error.operation == operation, comment, sourceLocation: sourceLocation) }
    } catch {
        Issue.record(error, comment, sourceLocation: sourceLocation)
    }
}
