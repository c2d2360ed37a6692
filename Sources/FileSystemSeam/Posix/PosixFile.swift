internal import CPosix

/// An open file of the running machine.
final class PosixFile: File, Sendable {
    let descriptor: Descriptor
    private let calls: SystemCalls
    let name: String
    private let options: OpenOptions

    /// Takes over a freshly opened descriptor; `name` is for errors.
    init(_ number: Int32, _ calls: SystemCalls, name: String, options: OpenOptions) {
        self.descriptor = Descriptor(number, calls)
        self.calls = calls
        self.name = name
        self.options = options
    }

    func read(into buffer: inout MutableSpan<UInt8>, at offset: Int64) throws(FileSystemError) -> Int {
        let result = unsafe buffer.withUnsafeMutableBufferPointer { pointer in
            descriptor.use { unsafe calls.read($0, pointer, at: offset) }
        }
        return try checked(result, .read, name)
    }

    func write(_ bytes: Span<UInt8>, at offset: Int64) throws(FileSystemError) -> Int {
        let result = unsafe bytes.withUnsafeBufferPointer { pointer in
            descriptor.use {
                unsafe options.contains(.append) ? -Int(CPOSIX_EINVAL) : calls.write($0, pointer, at: offset)
            }
        }
        return try counted(result, of: bytes.count, .write)
    }

    func append(_ bytes: Span<UInt8>) throws(FileSystemError) -> Int {
        let result = unsafe bytes.withUnsafeBufferPointer { pointer in
            descriptor.use { unsafe options.contains(.append) ? calls.append($0, pointer) : -Int(CPOSIX_EINVAL) }
        }
        return try counted(result, of: bytes.count, .append)
    }

    func truncate(to size: Int64) throws(FileSystemError) {
        _ = try checked(descriptor.use { calls.truncate($0, to: size) }, .truncate, name)
    }

    func allocate(to size: Int64) throws(FileSystemError) {
        // fallocate(2) refuses a length of 0, which is nothing to reserve.
        let result = descriptor.use { size == 0 ? 0 : calls.allocate($0, to: size) }
        _ = try checked(result, .allocate, name)
    }

    func status() throws(FileSystemError) -> FileStatus {
        var raw = cposix_status()
        _ = try checked(descriptor.use { calls.status($0, into: &raw) }, .fileStatus, name)
        return FileStatus(shim: raw)
    }

    func extent() throws(FileSystemError) -> FileExtent {
        var raw = cposix_status()
        _ = try checked(descriptor.use { calls.extent($0, into: &raw) }, .fileStatus, name)
        return FileExtent(shim: raw)
    }

    func setPermissions(_ permissions: Permissions) throws(FileSystemError) {
        _ = try checked(descriptor.use { calls.setPermissions($0, permissions) }, .setPermissions, name)
    }

    func sync(_ level: SyncLevel) throws(FileSystemError) {
        _ = try checked(descriptor.use { calls.sync($0, level) }, .sync, name)
    }

    func lock(_ mode: LockMode, blocking: Bool) throws(FileSystemError) -> Bool {
        let result = descriptor.use { calls.lock($0, mode, blocking: blocking) }
        if result == -Int(ErrorNumber.wouldBlock.rawValue), !blocking { return false }
        _ = try checked(result, .lock, name)
        return true
    }

    func lock(_ mode: LockMode, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        let result = descriptor.use { calls.lock($0, mode, timeoutNanoseconds: timeoutNanoseconds) }
        if result == -Int(ErrorNumber.wouldBlock.rawValue) { return false }
        _ = try checked(result, .lock, name)
        return true
    }

    func unlock() throws(FileSystemError) {
        _ = try checked(descriptor.use { calls.unlock($0) }, .unlock, name)
    }

    func keepAcrossExec() throws(FileSystemError) {
        _ = try checked(descriptor.use { calls.keepAcrossExec($0) }, .keepAcrossExec, name)
    }

    func map(length: Int) throws(FileSystemError) -> (any FileMapping)? {
        // Past the end of the file a map is a bus error, not an error.
        var raw = cposix_status()
        _ = try checked(descriptor.use { calls.status($0, into: &raw) }, .map, name)
        if length < 0 || Int64(length) > FileStatus(shim: raw).size { throw error(.map, .invalidArgument) }
        if length == 0 { return unsafe PosixMapping(nil, count: 0, calls) }
        var address: UnsafeRawPointer?
        let result = descriptor.use { unsafe calls.map($0, length, into: &address) }
        _ = try checked(result, .map, name)
        return unsafe PosixMapping(address, count: length, calls)
    }

    func close() throws(FileSystemError) {
        _ = try checked(descriptor.close(), .close, name)
    }

    private func error(_ operation: FileSystemError.Operation, _ code: ErrorNumber) -> FileSystemError {
        FileSystemError(operation: operation, name: name, code: code)
    }

    /// A write that moves nothing and reports nothing would let its caller loop for ever.
    private func counted(
        _ result: Int,
        of count: Int,
        _ operation: FileSystemError.Operation
    ) throws(FileSystemError) -> Int {
        let written = try checked(result, operation, name)
        if written == 0, count > 0 { throw error(operation, .inputOutput) }
        return written
    }
}
