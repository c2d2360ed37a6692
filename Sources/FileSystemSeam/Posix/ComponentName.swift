extension String {
    /// Whether this is exactly one path component: not empty, `.` or `..`, and without `/` and NUL.
    ///
    /// Every name that a ``Directory`` is given passes here, so that no name can lead out of the directory.
    ///
    /// - Complexity: O(*n*) in the bytes of the name; nothing is copied.
    package var isPathComponent: Bool {
        let bytes = utf8.span
        let dot = UInt8(ascii: ".")
        switch bytes.count {
        case 0: return false
        case 1: if bytes[0] == dot { return false }
        case 2: if bytes[0] == dot, bytes[1] == dot { return false }
        default: break
        }
        for place in bytes.indices where bytes[place] == UInt8(ascii: "/") || bytes[place] == 0 { return false }
        return true
    }

    /// Whether there is a NUL, at which a C string would end and name something else.
    ///
    /// - Complexity: O(*n*) in the bytes of the text; nothing is copied.
    package var containsNUL: Bool {
        let bytes = utf8.span
        // Without a way out, so that it is done with many bytes at a time.
        var least = UInt8.max
        for place in bytes.indices { least = min(least, bytes[place]) }
        return least == 0
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
