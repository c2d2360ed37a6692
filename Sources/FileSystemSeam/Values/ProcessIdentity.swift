/// Who a process is, precisely enough to tell it from a later one with the same number.
public struct ProcessIdentity: Sendable, Hashable {
    /// The process id, as seen in its own namespace.
    public var processID: Int32
    /// When the process started, in clock ticks since boot; nil where the platform does not tell.
    public var startTicks: UInt64?
    /// The random id of this boot; nil where the platform does not tell.
    public var bootID: String?
    /// The inode of the process-id namespace; nil where there is none.
    public var processNamespace: UInt64?
    /// The host's name; empty when it cannot be resolved.
    public var hostName: String
    /// The machine's permanent id; nil where the platform does not tell.
    public var machineID: String?
    /// The path of the running executable; nil where the platform does not tell.
    public var executable: String?
    /// The effective user id, which the files it makes belong to; nil where the platform does not tell.
    public var userID: UInt32?

    /// Makes an identity from its parts.
    public init(
        processID: Int32,
        startTicks: UInt64? = nil,
        bootID: String? = nil,
        processNamespace: UInt64? = nil,
        hostName: String = "",
        machineID: String? = nil,
        executable: String? = nil,
        userID: UInt32? = nil
    ) {
        self.processID = processID
        self.startTicks = startTicks
        self.bootID = bootID
        self.processNamespace = processNamespace
        self.hostName = hostName
        self.machineID = machineID
        self.executable = executable
        self.userID = userID
    }
}
