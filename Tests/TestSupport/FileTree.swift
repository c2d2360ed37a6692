internal import Foundation

/// A directory tree that tests read: the package's own working copy, or one made for a test.
///
/// Paths are relative to the tree's root, use `/` and have none at the end; the empty path is the root.
public struct FileTree: Sendable {
    /// The absolute path of the root, without a final slash.
    public let root: String

    /// The tree below a directory, given by its absolute path.
    public init(root: String) {
        self.root = root.hasSuffix("/") ? String(root.dropLast()) : root
    }

    /// This package's working copy.
    public static let package = FileTree(root: Checkout.root)

    /// The absolute path of a path in the tree.
    public func absolute(_ path: String) -> String { path.isEmpty ? root : "\(root)/\(path)" }

    /// The names directly in a directory, sorted by their bytes.
    public func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: absolute(directory))
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Every file below a path, in the order of the walk; directories named in `skipped` are not entered.
    ///
    /// Symbolic links are files, not followed. The path of a file gives itself.
    public func files(below path: String, skipping skipped: Set<String> = []) throws -> [String] {
        guard isDirectory(path) else { return [path] }
        return try names(in: path).filter { !skipped.contains($0) }
            .flatMap { try files(below: path.isEmpty ? $0 : "\(path)/\($0)", skipping: skipped) }
    }

    /// Whether there is a directory at the path.
    public func isDirectory(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: absolute(path))
        return attributes?[.type] as? FileAttributeType == .typeDirectory
    }

    /// The bytes of a file.
    public func bytes(of path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: absolute(path))))
    }

    /// The text of a file; throws when it is not UTF-8.
    public func text(of path: String) throws -> String {
        guard let text = String(validating: try bytes(of: path), as: UTF8.self) else {
            throw NotText(path: path)
        }
        return text
    }

    /// A file that was read as text is not UTF-8.
    public struct NotText: Error, CustomStringConvertible {
        /// Which file.
        public let path: String
        /// One sentence that names the file.
        public var description: String { "\(path) is not UTF-8 text" }
    }
}
