extension File {
    /// Writes all of `bytes` at `offset`, however short the single writes are.
    ///
    /// Nothing is durable yet: see ``sync(_:)``. When it throws, any prefix of the bytes may have been written.
    ///
    /// - Complexity: O(*n*); one system call unless the file system writes short.
    public func writeAll(_ bytes: Span<UInt8>, at offset: Int64) throws(FileSystemError) {
        var done = 0
        while done < bytes.count {
            done += try write(bytes.extracting(done...), at: offset + Int64(done))
        }
    }

    /// Writes all of `bytes` at `offset`, as ``writeAll(_:at:)-(Span<UInt8>,_)`` does.
    public func writeAll(_ bytes: [UInt8], at offset: Int64) throws(FileSystemError) {
        try writeAll(bytes.span, at: offset)
    }

    /// Appends all of `bytes` in exactly one write, so that nobody else's append can come in between.
    ///
    /// A short write is therefore not continued: the rest would land behind what another process appended
    /// meanwhile. It is reported as `.inputOutput`, and the file then ends in the first part of `bytes`; a
    /// caller that holds a lock cuts the file back to the size it had.
    public func appendOnce(_ bytes: Span<UInt8>) throws(FileSystemError) {
        if try append(bytes) < bytes.count {
            throw FileSystemError(operation: .append, name: "", code: .inputOutput)
        }
    }

    /// Appends all of `bytes` in exactly one write, as ``appendOnce(_:)-(Span<UInt8>)`` does.
    public func appendOnce(_ bytes: [UInt8]) throws(FileSystemError) {
        try appendOnce(bytes.span)
    }

    /// Reads from `offset` until `buffer` is full or the file ends.
    ///
    /// - Returns: the bytes read; fewer than `buffer.count` only when the file ended.
    public func readFully(
        into buffer: inout MutableSpan<UInt8>,
        at offset: Int64
    ) throws(FileSystemError) -> Int {
        var done = 0
        while done < buffer.count {
            var rest = buffer._mutatingExtracting(done...)
            let count = try read(into: &rest, at: offset + Int64(done))
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Reads exactly `count` bytes from `offset`; nil when the file ends before.
    public func read(exactly count: Int, at offset: Int64) throws(FileSystemError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        return try readFully(into: &span, at: offset) == count ? bytes : nil
    }

    /// Reads the whole file.
    ///
    /// - Parameter maximumBytes: a longer file gives `.fileTooLarge`, and little more than this is held in memory.
    /// - Returns: the contents; what is appended while reading may be among them or not.
    public func readAll(maximumBytes: Int) throws(FileSystemError) -> [UInt8] {
        try readAll(maximumBytes: maximumBytes, expecting: extent().size)
    }

    /// Reads the whole file, whose extent just gave it `size` bytes.
    package func readAll(maximumBytes: Int, expecting size: Int64) throws(FileSystemError) -> [UInt8] {
        if size > Int64(maximumBytes) { throw Self.tooLarge }
        // One byte more than the size: the read that stays short of it, at the size, has seen the end.
        var bytes = [UInt8](repeating: 0, count: Int(size) + 1)
        var filled = 0
        while filled < max(Int(size), 1) {
            var span = bytes.mutableSpan
            var rest = span._mutatingExtracting(filled...)
            let count = try read(into: &rest, at: Int64(filled))
            if count == 0 { break }
            filled += count
        }
        if filled < bytes.count {
            bytes.removeLast(bytes.count - filled)
            return bytes
        }
        // It grew meanwhile, or its size is not told beforehand (`/proc`).
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if bytes.count > maximumBytes { throw Self.tooLarge }
            var span = part.mutableSpan
            let count = try read(into: &span, at: Int64(bytes.count))
            if count == 0 { return bytes }
            bytes += part[..<count]
        }
    }

    private static var tooLarge: FileSystemError {
        FileSystemError(operation: .read, name: "", code: .fileTooLarge)
    }
}
