import Foundation

/// A directory of a test's own, removed with everything in it when the value goes out of scope.
///
/// ```swift
/// let temporary = try TemporaryDirectory()
/// let root = try PosixFileSystem.shared.openDirectory(temporary.path)
/// ```
public struct TemporaryDirectory: ~Copyable, Sendable {
    /// Where it is, absolute.
    public let path: String

    /// Makes a directory under `base`, which is made when it is missing.
    public init(in base: String = TemporaryDirectory.workingDisk) throws {
        path = base + "/holdfast-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A place on the disk that holds the checkout: `.build/test-directories`. `HOLDFAST_TEST_DIRECTORY` in the
    /// environment names another.
    public static let workingDisk =
        ProcessInfo.processInfo.environment["HOLDFAST_TEST_DIRECTORY"] ?? Checkout.root + "/.build/test-directories"

    /// The memory file system at `/dev/shm`; nil where there is none.
    public static let memoryDisk: String? = {
        var isDirectory: ObjCBool = false
        let path = "/dev/shm"
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue,
            FileManager.default.isWritableFile(atPath: path)
        else { return nil }
        return path
    }()
}
