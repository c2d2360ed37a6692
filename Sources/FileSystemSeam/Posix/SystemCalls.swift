internal import CPosix

/// The one place where files meet libc.
///
/// Each function is one system call and returns what it returned: a count, a descriptor or 0, or the negative
/// error number. `EINTR` is retried here and nowhere else; `close` alone is not retried, because Linux frees
/// the number before it can be interrupted and another thread may own it already (close(2), "Dealing with
/// error returns"). A hook, nil outside of tests, sees every call and may fail or shorten it; without one the
/// price is a comparison.
struct SystemCalls: Sendable {
    /// The test's hook.
    let hook: SystemCallHook?

    /// More than this Linux never moves in one call (read(2)), and Darwin refuses more than `INT_MAX`.
    private static let countMaximum = 0x7fff_f000

    // MARK: Opening and closing

    func openDirectory(_ path: String) -> Int {
        run(.open, nil, "\"\(path)\", O_DIRECTORY|O_CLOEXEC") {
            unsafe path.withCString { unsafe cposix_open_directory($0) }
        }
    }

    /// Opens a directory by a path that begins at another one.
    func openDirectory(_ path: String, from origin: Int32) -> Int {
        run(.openat, origin, "\"\(path)\", O_DIRECTORY|O_CLOEXEC") {
            unsafe path.withCString { unsafe cposix_openat_directory_path(origin, $0) }
        }
    }

    func openKernelFile(_ path: String) -> Int {
        run(.open, nil, "\"\(path)\", O_RDONLY|O_CLOEXEC") {
            unsafe path.withCString { unsafe cposix_open_path($0) }
        }
    }

    func open(_ directory: Int32, _ name: String, _ options: OpenOptions, _ permissions: Permissions) -> Int {
        run(.openat, directory, "\"\(name)\", \(options.flagNames), \(permissions)") {
            unsafe name.withCString {
                unsafe cposix_openat(directory, $0, options.shimBits, UInt32(permissions.rawValue))
            }
        }
    }

    func openSubdirectory(_ directory: Int32, _ name: String) -> Int {
        run(.openat, directory, "\"\(name)\", O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC") {
            unsafe name.withCString { unsafe cposix_openat_directory(directory, $0) }
        }
    }

    /// An interrupted close has closed: it counts as a success.
    func close(_ descriptor: Int32) -> Int {
        let result = run(.close, descriptor) { cposix_close(descriptor) }
        return result == -Int(CPOSIX_EINTR) ? 0 : result
    }

    // MARK: Names

    func makeDirectory(_ directory: Int32, _ name: String, _ permissions: Permissions) -> Int {
        run(.mkdirat, directory, "\"\(name)\", \(permissions)") {
            unsafe name.withCString { unsafe cposix_mkdirat(directory, $0, UInt32(permissions.rawValue)) }
        }
    }

    func rename(_ directory: Int32, _ name: String, _ target: Int32, _ newName: String) -> Int {
        run(.renameat, directory, "\"\(name)\", \(target), \"\(newName)\"") {
            unsafe name.withCString { old in
                unsafe newName.withCString { unsafe cposix_renameat(directory, old, target, $0) }
            }
        }
    }

    func renameExclusively(_ directory: Int32, _ name: String, _ target: Int32, _ newName: String) -> Int {
        run(.renameat2, directory, "\"\(name)\", \(target), \"\(newName)\", RENAME_NOREPLACE") {
            unsafe name.withCString { old in
                unsafe newName.withCString { unsafe cposix_renameat_exclusive(directory, old, target, $0) }
            }
        }
    }

    func link(_ directory: Int32, _ name: String, _ target: Int32, _ newName: String) -> Int {
        run(.linkat, directory, "\"\(name)\", \(target), \"\(newName)\"") {
            unsafe name.withCString { old in
                unsafe newName.withCString { unsafe cposix_linkat(directory, old, target, $0) }
            }
        }
    }

    func unlink(_ directory: Int32, _ name: String) -> Int {
        run(.unlinkat, directory, "\"\(name)\"") {
            unsafe name.withCString { unsafe cposix_unlinkat(directory, $0) }
        }
    }

    func unlinkDirectory(_ directory: Int32, _ name: String) -> Int {
        run(.unlinkat, directory, "\"\(name)\", AT_REMOVEDIR") {
            unsafe name.withCString { unsafe cposix_unlinkat_directory(directory, $0) }
        }
    }

    /// Where a symbolic link points; nil when it cannot be read.
    func readLink(_ path: String) -> String? {
        unsafe Self.text { buffer, capacity in
            run(.readlink, nil, "\"\(path)\"") {
                unsafe path.withCString { unsafe cposix_readlink($0, buffer, capacity) }
            }
        }
    }

    /// Where an open directory stands; nil when that is not told.
    func directoryPath(_ descriptor: Int32) -> String? {
        unsafe Self.text { buffer, capacity in
            run(.readlink, descriptor) { unsafe cposix_directory_path(descriptor, buffer, capacity) }
        }
    }

    /// Reads all names through `descriptor`, which it closes in any case.
    func entries(_ descriptor: Int32, into entries: inout [DirectoryEntry]) -> Int {
        var stream: UnsafeMutableRawPointer?
        let opened = run(.fdopendir, descriptor) { unsafe cposix_fdopendir(descriptor, &stream) }
        guard opened >= 0, let stream = unsafe stream else {
            _ = close(descriptor)
            return opened
        }
        var name: UnsafePointer<CChar>?
        var length = 0
        var kind: Int32 = 0
        var result = 0
        repeat {
            result = run(.readdir, descriptor) { unsafe cposix_readdir(stream, &name, &length, &kind) }
            if result == 1, let start = unsafe name {
                let bytes = unsafe UnsafeRawBufferPointer(start: start, count: length)
                entries.append(DirectoryEntry(nameBytes: unsafe Array(bytes), kind: .init(shim: kind)))
            }
        } while result == 1
        _ = run(.closedir, descriptor) { unsafe cposix_closedir(stream) }
        return result
    }

    // MARK: Status

    func status(_ descriptor: Int32, into status: inout cposix_status) -> Int {
        run(.fstat, descriptor) { unsafe cposix_fstat(descriptor, &status) }
    }

    func status(_ directory: Int32, _ name: String, into status: inout cposix_status) -> Int {
        run(.fstatat, directory, "\"\(name)\", AT_SYMLINK_NOFOLLOW") {
            unsafe name.withCString { unsafe cposix_fstatat(directory, $0, &status) }
        }
    }

    func extent(_ descriptor: Int32, into status: inout cposix_status) -> Int {
        run(.statx, descriptor, "\"\", AT_EMPTY_PATH") {
            unsafe "".withCString { unsafe cposix_statx(descriptor, $0, &status) }
        }
    }

    func extent(_ directory: Int32, _ name: String, into status: inout cposix_status) -> Int {
        run(.statx, directory, "\"\(name)\", AT_SYMLINK_NOFOLLOW") {
            unsafe name.withCString { unsafe cposix_statx(directory, $0, &status) }
        }
    }

    func extent(ofPath path: String, into status: inout cposix_status) -> Int {
        run(.statx, nil, "\"\(path)\", AT_SYMLINK_NOFOLLOW") {
            unsafe path.withCString { unsafe cposix_statx(Int32(CPOSIX_AT_FDCWD), $0, &status) }
        }
    }

    func status(ofPath path: String, into status: inout cposix_status) -> Int {
        run(.stat, nil, "\"\(path)\"") { unsafe path.withCString { unsafe cposix_stat($0, &status) } }
    }

    func linkStatus(ofPath path: String, into status: inout cposix_status) -> Int {
        run(.lstat, nil, "\"\(path)\"") { unsafe path.withCString { unsafe cposix_lstat($0, &status) } }
    }

    func mount(_ descriptor: Int32, into mount: inout cposix_mount) -> Int {
        run(.fstatfs, descriptor) { unsafe cposix_fstatfs(descriptor, &mount) }
    }

    // MARK: Contents

    func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        run(.read, descriptor, count: buffer.count) { unsafe cposix_read(descriptor, buffer.baseAddress, $0) }
    }

    func read(_ descriptor: Int32, _ buffer: UnsafeMutableBufferPointer<UInt8>, at offset: Int64) -> Int {
        run(.pread, descriptor, "@\(offset)", count: buffer.count) {
            unsafe cposix_pread(descriptor, buffer.baseAddress, $0, offset)
        }
    }

    func write(_ descriptor: Int32, _ bytes: UnsafeBufferPointer<UInt8>, at offset: Int64) -> Int {
        run(.pwrite, descriptor, "@\(offset)", count: bytes.count) {
            unsafe cposix_pwrite(descriptor, bytes.baseAddress, $0, offset)
        }
    }

    func append(_ descriptor: Int32, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        run(.write, descriptor, count: bytes.count) { unsafe cposix_write(descriptor, bytes.baseAddress, $0) }
    }

    func truncate(_ descriptor: Int32, to size: Int64) -> Int {
        run(.ftruncate, descriptor, "\(size)") { cposix_ftruncate(descriptor, size) }
    }

    func allocate(_ descriptor: Int32, to size: Int64) -> Int {
        run(.fallocate, descriptor, "0, 0, \(size)") { cposix_fallocate(descriptor, size) }
    }

    func setPermissions(_ descriptor: Int32, _ permissions: Permissions) -> Int {
        run(.fchmod, descriptor, "\(permissions)") { cposix_fchmod(descriptor, UInt32(permissions.rawValue)) }
    }

    func sync(_ descriptor: Int32, _ level: SyncLevel) -> Int {
        switch level {
        case .data: run(.fdatasync, descriptor) { cposix_sync_data(descriptor) }
        case .full: run(.fsync, descriptor) { cposix_sync_full(descriptor) }
        case .barrier: run(.fdatasync, descriptor) { cposix_sync_barrier(descriptor) }
        case .driveOnly: run(.fsync, descriptor) { cposix_sync_drive(descriptor) }
        }
    }

    func map(_ descriptor: Int32, _ length: Int, into address: inout UnsafeRawPointer?) -> Int {
        run(.mmap, descriptor, "\(length)") { unsafe cposix_mmap(descriptor, length, &address) }
    }

    func unmap(_ address: UnsafeRawPointer, _ length: Int) -> Int {
        run(.munmap, nil, "\(length)") { unsafe cposix_munmap(address, length) }
    }

    // MARK: Watching

    func makeWatch() -> Int { run(.inotifyInit, nil) { cposix_watch_create() } }

    func addWatch(_ watch: Int32, of directory: Int32) -> Int {
        run(.inotifyAddWatch, watch, "\(directory)") { cposix_watch_add(watch, directory) }
    }

    /// Waits until `deadline`, however often it is interrupted.
    func wait(_ watch: Int32, untilMonotonic deadline: UInt64) -> Int {
        run(.poll, watch) {
            let now = cposix_monotonic_clock()
            return cposix_watch_wait(watch, deadline > now ? deadline - now : 0)
        }
    }

    func drain(_ watch: Int32) -> Int { run(.read, watch) { cposix_watch_drain(watch) } }

    // MARK: The machine

    var wallClock: Int64 { cposix_wall_clock() }

    var monotonicClock: UInt64 { cposix_monotonic_clock() }

    var processInstance: ProcessInstance {
        ProcessInstance(processID: cposix_getpid(), token: cposix_process_token())
    }

    func exists(process number: Int32) -> Int { run(.kill, nil, "\(number), 0") { cposix_process_exists(number) } }

    var effectiveUserID: UInt32 { cposix_geteuid() }

    func sleep(nanoseconds: UInt64) {
        var remaining = nanoseconds
        _ = run(.nanosleep, nil) {
            let wanted = remaining
            return unsafe cposix_nanosleep(wanted, &remaining)
        }
    }

    func random(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        run(.getrandom, nil, count: buffer.count) { unsafe cposix_random(buffer.baseAddress, $0) }
    }

    var hostName: String? { unsafe Self.text { unsafe cposix_gethostname($0, $1) } }

    #if canImport(Darwin)
    func mountText(_ descriptor: Int32, _ which: Int) -> String? {
        unsafe Self.text { unsafe cposix_mount_text(descriptor, Int32(which), $0, $1) }
    }

    func processText(_ which: Int) -> String? {
        unsafe Self.text { unsafe cposix_process_text(Int32(which), $0, $1) }
    }
    #endif

    /// The text a call writes into a buffer and whose length it returns; nil when it fails or gives nothing.
    private static func text(_ call: (UnsafeMutablePointer<CChar>, Int) -> Int) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let length = unsafe call(start, buffer.count)
            guard length > 0 else { return nil }
            return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
        }
    }

    // MARK: Retrying and the hook

    @inline(__always)
    func run(
        _ name: SystemCall.Name,
        _ descriptor: Int32?,
        _ arguments: @autoclosure () -> String = "",
        _ body: () -> Int
    ) -> Int {
        if let hook {
            let call = SystemCall(name: name, descriptor: descriptor, arguments: arguments(), count: nil)
            return Self.retrying(name) {
                if case .failure(let code) = hook(call) { return -Int(code.rawValue) }
                return body()
            }
        }
        return Self.retrying(name, body)
    }

    @inline(__always)
    private func run(
        _ name: SystemCall.Name,
        _ descriptor: Int32?,
        _ arguments: @autoclosure () -> String = "",
        count: Int,
        _ body: (Int) -> Int
    ) -> Int {
        let count = min(count, Self.countMaximum)
        if let hook {
            let call = SystemCall(name: name, descriptor: descriptor, arguments: arguments(), count: count)
            return Self.retrying(name) {
                switch hook(call) {
                case .failure(let code): -Int(code.rawValue)
                case .short(let limit): body(min(count, limit))
                case nil: body(count)
                }
            }
        }
        return Self.retrying(name) { body(count) }
    }

    @inline(__always)
    private static func retrying(_ name: SystemCall.Name, _ body: () -> Int) -> Int {
        while true {
            let result = body()
            if result != -Int(CPOSIX_EINTR) || name == .close || name == .closedir { return result }
        }
    }
}
