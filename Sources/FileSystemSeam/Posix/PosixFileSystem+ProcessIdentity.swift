internal import CPosix

extension PosixFileSystem {
    /// Worked out once a process: after a fork it is another instance, for which it is worked out again.
    private static let cached = Condition<(instance: ProcessInstance, identity: ProcessIdentity)?>(nil)

    /// Who is asking. Read from `/proc` and `/etc/machine-id`, then remembered, but for the user, which may change, and
    /// for a boot that was not told: it decides what is taken for durable, and the process may only have been out of
    /// descriptors.
    public var processIdentity: ProcessIdentity {
        let instance = calls.processInstance
        var identity = Self.cached.withLock { cached in
            var identity: ProcessIdentity
            if let cached, cached.instance == instance {
                identity = cached.identity
                if identity.bootID != nil { return identity }
                identity.bootID = calls.bootID
            } else {
                identity = observedIdentity()
            }
            cached = (instance, identity)
            return identity
        }
        identity.userID = calls.effectiveUserID
        return identity
    }

    /// The process number (`getpid`) and a token; both are asked for once a process.
    public var processInstance: ProcessInstance { calls.processInstance }

    /// Whether a process or a thread has the number (`kill` with no signal). One that may not be sent signals has it,
    /// too.
    public func isProcessNumberInUse(_ number: Int32) -> Bool? {
        // What is not positive means groups of processes.
        number > 0 && calls.exists(process: number) != -Int(CPOSIX_ESRCH)
    }

    /// Works the identity out anew.
    package func observedIdentity() -> ProcessIdentity {
        var identity = ProcessIdentity(processID: calls.processInstance.processID)
        identity.hostName = calls.hostName ?? ""
        identity.userID = calls.effectiveUserID
        #if canImport(Darwin)
        identity.bootID = calls.bootID
        identity.executable = calls.processText(CPOSIX_PROCESS_EXECUTABLE)
        #else
        identity.startTicks = calls.kernelText("/proc/self/stat").flatMap(Self.startTicks(inStat:))
        identity.bootID = calls.bootID
        identity.processNamespace = calls.processNamespace
        identity.machineID = calls.kernelText("/etc/machine-id")
        identity.executable = calls.readLink("/proc/self/exe")
        #endif
        return identity
    }

    /// Field 22 of a `/proc/<pid>/stat` line (proc(5)), in clock ticks since boot; nil when it is not there.
    ///
    /// The command name, field 2, stands in parentheses and may itself hold spaces and parentheses: counting
    /// starts behind the last closing one.
    package static func startTicks(inStat line: String) -> UInt64? {
        guard let close = line.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = line[line.utf8.index(after: close)...].split(separator: " ")
        let third = 3
        return fields.count > 22 - third ? UInt64(fields[22 - third]) : nil
    }

    /// The inode in the target of `/proc/<pid>/ns/pid`, `pid:[4026531836]`; nil when it reads otherwise.
    package static func namespaceInode(inLink target: String) -> UInt64? {
        guard target.hasPrefix("pid:["), target.hasSuffix("]") else { return nil }
        return UInt64(target.dropFirst(5).dropLast())
    }
}

extension SystemCalls {
    #if canImport(Darwin)
    /// The random id of this boot; nil when it is not told.
    var bootID: String? { processText(CPOSIX_PROCESS_BOOT) }

    /// There are none.
    var processNamespace: UInt64? { nil }
    #else
    /// The random id of this boot; nil when it is not told.
    var bootID: String? { kernelText("/proc/sys/kernel/random/boot_id") }

    /// The number of this process's process-id namespace; nil when it is not told.
    var processNamespace: UInt64? {
        readLink("/proc/self/ns/pid").flatMap(PosixFileSystem.namespaceInode(inLink:))
    }
    #endif
}
