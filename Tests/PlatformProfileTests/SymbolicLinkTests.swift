import FileSystemSeam
import Foundation
import PlatformProfile
import TestSupport
import Testing

/// Whether the path's last part is a symbolic link.
@Suite("Symbolic links in place of a store")
struct SymbolicLinkTests {
    /// A directory `real`, and `link` that leads to it.
    private static func prepare(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/real", withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: path + "/link", withDestinationPath: "real")
    }

    @Test(arguments: [
        ("link", true), ("link/", true), ("link//", true), ("link/.", true), ("link/./", true), ("link//.//./", true),
        ("./link/.", true), ("real", false), ("real/.", false), ("real/./", false),
        // Behind two dots stands what is above, and that is a directory.
        ("link/..", false), ("link/../", false), ("link/../.", false), (".", false), ("./.", false), ("", false),
    ])
    func aPathIsJudgedByItsLastPart(_ name: String, _ isLink: Bool) throws {
        let temporary = try TemporaryDirectory()
        try Self.prepare(temporary.path)
        let observer = PlatformObserver(PosixFileSystem.shared)
        let evidence = observer.observe(temporary.path + "/" + name, depth: .passive)
        #expect(evidence.pathStatus == .directory)
        #expect(evidence.isSymbolicLink == .observed(isLink))
    }

    @Test(arguments: [("/real", false), ("/link", true), ("link", true), ("/link/.", true), ("/", false), (".", false)])
    func theSimulatorAgrees(_ path: String, _ isLink: Bool) throws {
        let disk = SimDisk()
        let fileSystem = disk.boot()
        let root = try #require(try fileSystem.openDirectory("/") as? SimDirectory)
        try root.makeDirectory("real", permissions: .ownerDirectory)
        try disk.plantSymbolicLink("link", to: "real", in: root)
        let evidence = PlatformObserver(fileSystem).observe(path, depth: .passive)
        #expect(evidence.isSymbolicLink == .observed(isLink))
    }

    /// A directory above that may be searched and not read, as stands above many home directories.
    @Test(arguments: [("/real", false), ("/link", true)])
    func theDirectoryAboveIsNotRead(_ name: String, _ isLink: Bool) throws {
        let temporary = try TemporaryDirectory()
        try Self.prepare(temporary.path)
        let unreadable = "\"\(temporary.path)\""
        let fileSystem = PosixFileSystem { call in
            call.name == .open && call.arguments.hasPrefix(unreadable) ? .failure(.accessDenied) : nil
        }
        let evidence = PlatformObserver(fileSystem).observe(temporary.path + name, depth: .passive)
        #expect(evidence.isSymbolicLink == .observed(isLink))
    }
}
