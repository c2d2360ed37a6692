/// Read-only pages of a file, unmapped with the last reference.
@safe
final class PosixMapping: FileMapping, @unchecked Sendable {
    let count: Int
    // Never written through and unmapped in deinit only, so threads may share it.
    private let start: UnsafeRawPointer?
    private let calls: SystemCalls

    /// Takes over `count` mapped bytes; nil when there are none.
    @unsafe
    init(_ start: UnsafeRawPointer?, count: Int, _ calls: SystemCalls) {
        unsafe self.start = start
        self.count = count
        self.calls = calls
    }

    deinit {
        if let start = unsafe start { _ = unsafe calls.unmap(start, count) }
    }

    func copy(into buffer: inout MutableSpan<UInt8>, from offset: Int) -> Int {
        guard offset >= 0, offset < count, let start = unsafe start else { return 0 }
        let length = min(buffer.count, count - offset)
        unsafe buffer.withUnsafeMutableBytes { target in
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: start + offset, count: length))
        }
        return length
    }
}
