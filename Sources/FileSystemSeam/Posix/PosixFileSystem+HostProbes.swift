internal import CPosix

extension PosixFileSystem {
    /// Looks at this machine.
    public var hostProbes: (any HostProbes)? { PosixHostProbes(calls) }
}

/// The probes of the running machine.
final class PosixHostProbes: HostProbes {
    private let calls: SystemCalls

    init(_ calls: SystemCalls) { self.calls = calls }

    var hostFacts: HostFacts {
        var host = cposix_host()
        unsafe cposix_host(&host)
        return HostFacts(
            kernelName: calls.hostText(CPOSIX_HOST_KERNEL) ?? "",
            kernelRelease: calls.hostText(CPOSIX_HOST_RELEASE) ?? "",
            architecture: calls.hostText(CPOSIX_HOST_MACHINE) ?? "",
            pageSizeBytes: host.page_size,
            lockableBytes: host.lockable_bytes,
            clockResolutionNanoseconds: host.clock_resolution_nanoseconds,
            hidesFromDumps: host.hides_from_dumps != 0,
            wipesOnFork: host.wipes_on_fork != 0,
            bootID: calls.bootID ?? "",
            clockSource: calls.kernelText(Self.clockSourceFile) ?? "",
            container: container
        )
    }

    private static let clockSourceFile = "/sys/devices/system/clocksource/clocksource0/current_clocksource"

    /// The number of the process-id namespace that every machine starts with (PROC_PID_INIT_INO of the kernel).
    private static let firstNamespace: UInt64 = 0xEFFF_FFFC

    private var container: String {
        if let name = calls.kernelText("/run/systemd/container") { return name }
        if calls.kernelFile("/run/.containerenv") != nil { return "podman" }
        if calls.kernelFile("/.dockerenv") != nil { return "docker" }
        guard let namespace = calls.processNamespace else { return "" }
        return namespace == Self.firstNamespace ? "none" : "namespace"
    }

    func scratchDirectory(
        _ name: String,
        in directory: any Directory
    ) throws(FileSystemError) -> any ScratchDirectory {
        let directory = try own(directory, name)
        // The guard would take what stands there for its own.
        if try directory.exists(name) {
            throw FileSystemError(operation: .makeDirectory, name: name, code: .exists)
        }
        var child: Int32 = 0
        // The guard is there before the directory, so that nothing is left whenever this process ends.
        let result = directory.descriptor.use { descriptor in
            name.isPathComponent ? calls.startGuard(descriptor, name, &child) : -Int(CPOSIX_EINVAL)
        }
        let channel = Int32(try checked(result, .hostProbe, name))
        do {
            try directory.makeDirectory(name, permissions: .ownerDirectory)
        } catch {
            _ = cposix_guard_cancel(channel, child)
            throw error
        }
        do {
            _ = try checked(cposix_guard_made(channel), .hostProbe, name)
            let made = try directory.subdirectory(name)
            return PosixScratchDirectory(made, name, in: directory, channel: channel, child: child)
        } catch {
            _ = cposix_guard_end(channel, child)
            // A guard that was killed removes nothing.
            try? directory.removeDirectory(name)
            throw error
        }
    }

    func makeSymbolicLink(
        _ name: String,
        to target: String,
        in directory: any Directory
    ) throws(FileSystemError) {
        let directory = try own(directory, name)
        let result = directory.descriptor.use { descriptor in
            name.isPathComponent && !target.containsNUL
                ? calls.symlink(target, descriptor, name) : -Int(CPOSIX_EINVAL)
        }
        _ = try checked(result, .hostProbe, name)
    }

    func makeUnnamedFile(in directory: any Directory) throws(FileSystemError) {
        let directory = try own(directory, "")
        let opened = try checked(directory.descriptor.use { calls.openUnnamed($0) }, .hostProbe, directory.name)
        _ = calls.close(Int32(opened))
    }

    func otherProcessLock(
        on file: any File,
        timeoutNanoseconds: UInt64
    ) throws(FileSystemError) -> OtherProcessLock {
        let file = try own(file)
        let found = try checked(
            file.descriptor.use { calls.probeProcessLock($0, timeoutNanoseconds) },
            .hostProbe,
            file.name
        )
        return OtherProcessLock(
            excludes: found & CPOSIX_LOCK_EXCLUDES != 0,
            endsWithProcess: found & CPOSIX_LOCK_RELEASED != 0
        )
    }

    func sharedMapIsCoherent(of file: any File, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        let file = try own(file)
        // Past the end of the file there is nothing to map.
        if try file.status().size < 4096 {
            throw FileSystemError(operation: .hostProbe, name: file.name, code: .invalidArgument)
        }
        let found = try checked(
            file.descriptor.use { calls.probeMapping($0, timeoutNanoseconds) },
            .hostProbe,
            file.name
        )
        return found == 1
    }

    func punchHole(in file: any File, at offset: Int64, count: Int64) throws(FileSystemError) {
        let file = try own(file)
        _ = try checked(file.descriptor.use { calls.punchHole($0, offset, count) }, .hostProbe, file.name)
    }

    func resolvedPath(of directory: any Directory) throws(FileSystemError) -> String {
        let directory = try own(directory, "")
        var path: String?
        let result = directory.descriptor.use { descriptor in
            var status = cposix_status()
            let described = calls.status(descriptor, into: &status)
            guard described >= 0 else { return described }
            // The kernel would give the last name of a removed one, with a remark behind it.
            if status.links == 0 { return -Int(CPOSIX_ENOENT) }
            path = calls.directoryPath(descriptor)
            return path == nil ? -Int(CPOSIX_ENOTSUP) : 0
        }
        _ = try checked(result, .hostProbe, directory.name)
        return path ?? ""
    }

    func writesBack(below directory: any Directory) -> Bool? {
        guard let directory = directory as? PosixDirectory else { return nil }
        var status = cposix_status()
        guard directory.descriptor.use({ calls.status($0, into: &status) }) >= 0 else { return nil }
        let device = "/sys/dev/block/\(status.device_major):\(status.device_minor)"
        // A partition has no queue of its own; its disk is the directory above.
        let text = calls.kernelText("\(device)/queue/write_cache") ?? calls.kernelText("\(device)/../queue/write_cache")
        return text.map { $0 == "write back" }
    }

    private func own(_ directory: any Directory, _ name: String) throws(FileSystemError) -> PosixDirectory {
        if let directory = directory as? PosixDirectory { return directory }
        throw FileSystemError(operation: .hostProbe, name: name, code: .crossDevice)
    }

    private func own(_ file: any File) throws(FileSystemError) -> PosixFile {
        if let file = file as? PosixFile { return file }
        throw FileSystemError(operation: .hostProbe, name: "", code: .crossDevice)
    }
}

/// A directory that a child process removes, or this one where the child was killed.
private final class PosixScratchDirectory: ScratchDirectory {
    let directory: any Directory
    private let name: String
    private let above: PosixDirectory
    private let guardian: Condition<(channel: Int32, child: Int32)?>

    init(_ directory: any Directory, _ name: String, in above: PosixDirectory, channel: Int32, child: Int32) {
        self.directory = directory
        self.name = name
        self.above = above
        guardian = Condition((channel, child))
    }

    deinit { try? end() }

    func remove() throws(FileSystemError) {
        defer { try? directory.close() }
        try end()
    }

    private func end() throws(FileSystemError) {
        let guardian = guardian.withLock { guardian in
            let before = guardian
            guardian = nil
            return before
        }
        guard let guardian, cposix_guard_end(guardian.channel, guardian.child) != 0 else { return }
        do {
            try above.removeRecursively(name)
        } catch  where error.code == .noEntry {
            // It is gone either way.
        }
    }
}

extension SystemCalls {
    fileprivate func startGuard(_ directory: Int32, _ name: String, _ child: inout Int32) -> Int {
        run(.clone, directory, "\"\(name)\"") {
            unsafe name.withCString { unsafe cposix_guard_start(directory, $0, &child) }
        }
    }

    fileprivate func symlink(_ target: String, _ directory: Int32, _ name: String) -> Int {
        run(.symlinkat, directory, "\"\(target)\", \"\(name)\"") {
            unsafe target.withCString { target in
                unsafe name.withCString { unsafe cposix_symlinkat(target, directory, $0) }
            }
        }
    }

    fileprivate func openUnnamed(_ directory: Int32) -> Int {
        run(.openat, directory, "\".\", O_TMPFILE|O_RDWR|O_CLOEXEC") { cposix_open_unnamed(directory) }
    }

    fileprivate func probeProcessLock(_ descriptor: Int32, _ timeout: UInt64) -> Int {
        run(.clone, descriptor, "for a lock") { cposix_probe_process_lock(descriptor, timeout) }
    }

    fileprivate func probeMapping(_ descriptor: Int32, _ timeout: UInt64) -> Int {
        run(.clone, descriptor, "for a map") { cposix_probe_mapping(descriptor, timeout) }
    }

    fileprivate func punchHole(_ descriptor: Int32, _ offset: Int64, _ count: Int64) -> Int {
        run(.fallocate, descriptor, "PUNCH_HOLE, \(offset), \(count)") {
            cposix_punch_hole(descriptor, offset, count)
        }
    }

    fileprivate func hostText(_ which: Int) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let length = unsafe cposix_host_text(Int32(which), start, buffer.count)
            guard length > 0 else { return nil }
            return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
        }
    }
}
