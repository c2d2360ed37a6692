extension String {
    /// Whether this is exactly one path component: not empty, `.` or `..`, and without `/` and NUL.
    ///
    /// Every name that a ``Directory`` is given passes here, so that no name can lead out of the directory.
    ///
    /// - Complexity: O(*n*) in the bytes of the name; nothing is copied.
    package var isPathComponent: Bool {
        let bytes = utf8
        guard let first = bytes.first else { return false }
        let dot = UInt8(ascii: ".")
        if first == dot {
            if bytes.count == 1 { return false }
            if bytes.count == 2, bytes.last == dot { return false }
        }
        for byte in bytes where byte == UInt8(ascii: "/") || byte == 0 { return false }
        return true
    }
}

extension OpenOptions {
    /// Whether the combination means something everywhere: access is asked for, `.append` and `.truncate` with
    /// `.write`, `.exclusive` with `.create` (open(2) leaves the others undefined).
    package var isMeaningful: Bool {
        if isDisjoint(with: [.read, .write]) { return false }
        if !contains(.write), !isDisjoint(with: [.append, .truncate]) { return false }
        return contains(.create) || !contains(.exclusive)
    }
}
