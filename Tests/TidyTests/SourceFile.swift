import TestSupport

/// One Swift file of the package.
struct SourceFile {
    /// Relative to the root: `Sources/Canonical/Digest/Digest.swift`.
    let path: String
    let source: SourceText

    /// The module the file belongs to: the second part of its path.
    var module: String { String(path.split(separator: "/")[1]) }

    /// The file's own name.
    var name: String { String(path.split(separator: "/").last ?? "") }

    /// Every Swift file below a directory of the package, sorted by path; nothing when the directory is not
    /// part of `Sources` or `Tests`.
    static func all(below directory: String) throws -> [SourceFile] {
        try everything.get().filter { $0.path.hasPrefix("\(directory)/") }
    }

    /// Read once, however many tests look.
    private static let everything = Result {
        try ["Sources", "Tests"].flatMap { try FileTree.package.files(below: $0) }
            .filter { $0.hasSuffix(".swift") }
            .map { SourceFile(path: $0, source: SourceText(try FileTree.package.text(of: $0))) }
    }
}
