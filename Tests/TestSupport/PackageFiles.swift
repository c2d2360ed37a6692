internal import Foundation

/// The files of this package as they stand in the working copy, found through `#filePath`, so that tests need
/// neither resources nor a particular working directory.
///
/// Paths are relative to the package's root and use `/`.
public enum PackageFiles {
    /// The absolute path of the package's root, without a final slash.
    public static let root: String = {
        var path = URL(filePath: #filePath)
        for _ in ["PackageFiles.swift", "TestSupport", "Tests"] { path.deleteLastPathComponent() }
        return path.path(percentEncoded: false).trimmingSuffix("/")
    }()

    /// The absolute path of a path relative to the root.
    public static func absolute(_ path: String) -> String { path.isEmpty ? root : "\(root)/\(path)" }

    /// The names directly in a directory, sorted; with a slash after those that are directories.
    public static func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: absolute(directory)).sorted().map { name in
            isDirectory("\(directory)/\(name)") ? "\(name)/" : name
        }
    }

    /// Every file below a directory, sorted; directories whose name is in `skipped` are not entered.
    ///
    /// Symbolic links are not followed. A file path gives itself.
    public static func files(below path: String, skipping skipped: Set<String> = []) throws -> [String] {
        guard isDirectory(path) else { return [path] }
        var found: [String] = []
        for name in try names(in: path) {
            let child = path.isEmpty ? name : "\(path)/\(name)"
            if !name.hasSuffix("/") {
                found.append(child)
            } else if !skipped.contains(name.trimmingSuffix("/")) {
                found += try files(below: child.trimmingSuffix("/"), skipping: skipped)
            }
        }
        return found
    }

    /// Whether there is a directory at the path.
    public static func isDirectory(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: absolute(path))
        return attributes?[.type] as? FileAttributeType == .typeDirectory
    }

    /// The bytes of a file.
    public static func bytes(of path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: absolute(path))))
    }

    /// The text of a file; throws when it is not UTF-8.
    public static func text(of path: String) throws -> String {
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

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
