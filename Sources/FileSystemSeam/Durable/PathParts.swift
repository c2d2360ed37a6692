/// A path cut at its last slash, as the kernel cuts it: byte by byte.
///
/// Swift's `Character` joins a slash with a mark behind it (U+0301) or a prefix before it (U+0600), and is then no
/// slash: what is in `/disk` and begins with such a mark would be taken to lie in `/`.
package struct PathParts: Sendable {
    /// The directory above: `/`, `.` for a name alone, else without slashes at its end.
    package let parent: String
    /// The last component; it may be `.` or `..`.
    package let last: String

    /// Cuts `a/b//` into `a` and `b`; nil for the root, the working directory (`.`) and nothing.
    ///
    /// - Complexity: O(*n*) in the bytes of the path.
    package init?(_ path: String) {
        let slash = UInt8(ascii: "/")
        let bytes = path.utf8
        let trimmed = Self.withoutSlashesAtItsEnd(bytes[...])
        if trimmed.isEmpty || trimmed.elementsEqual(".".utf8) { return nil }
        guard let cut = trimmed.lastIndex(of: slash) else {
            (parent, last) = (".", String(Substring(trimmed)))
            return
        }
        last = String(Substring(trimmed[bytes.index(after: cut)...]))
        let above = Self.withoutSlashesAtItsEnd(trimmed[..<cut])
        parent = above.isEmpty ? "/" : String(Substring(above))
    }

    /// The path without slashes at its end.
    package var joined: String {
        parent.utf8.last == UInt8(ascii: "/") ? "/\(last)" : "\(parent)/\(last)"
    }

    private static func withoutSlashesAtItsEnd(_ bytes: Substring.UTF8View) -> Substring.UTF8View {
        var bytes = bytes
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        return bytes
    }

    /// Whether a path begins at the root.
    package static func isAbsolute(_ path: String) -> Bool { path.utf8.first == UInt8(ascii: "/") }
}
