import FileSystemSeam
import TestSupport
import Testing

/// The root of a mounted file system has no name above it that somebody could have made.
@Suite("Directories where a file system is mounted")
struct MountRootTests {
    private static let isMounted =
        TemporaryDirectory.memoryDisk.map { path in
            let fileSystem = PosixFileSystem()
            guard let here = try? fileSystem.openDirectory(path).status().identity.device,
                let above = try? fileSystem.openDirectory(path + "/..").status().identity.device
            else { return false }
            return here != above
        } ?? false

    /// A file system that is read-only by design has nothing to sync its directories with.
    @Test(.enabled(if: isMounted, "no memory file system is mounted at /dev/shm"))
    func mountRootsAreOpenedWhereTheParentCannotBeSynced() throws {
        let recorder = Recorder()
        recorder.always(.fsync, .failure(.invalidArgument))
        let path = try #require(TemporaryDirectory.memoryDisk)
        _ = try recorder.fileSystem().openDirectory(path, creating: .ownerDirectory)
        #expect(recorder.count(.fsync) == 1)
    }

    @Test func elsewhereTheFailureIsTold() throws {
        let temporary = try TemporaryDirectory()
        let recorder = Recorder()
        recorder.always(.fsync, .failure(.invalidArgument))
        expectFailure(.invalidArgument, .syncDirectory) {
            _ = try recorder.fileSystem().openDirectory(temporary.path, creating: .ownerDirectory)
        }
    }
}
