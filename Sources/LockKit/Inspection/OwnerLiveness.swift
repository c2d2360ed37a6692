internal import Canonical
internal import FileSystemSeam

/// What the process table says about a marker's owner. It is told to people, and decides nothing.
public enum OwnerLiveness: String, Sendable, Hashable {
    /// That very process runs.
    case running
    /// It does not: no process has the number, or a later one, or it is a thread's.
    case gone
    /// Nothing can be said: the owner is elsewhere, the marker says too little, as those of existing tools, which do
    /// not tell their process-id namespace, it is of another boot and yet such a process runs, or the process table
    /// does not show all processes.
    case unknown

    /// Looks the owner up.
    ///
    /// The kernel says whether anyone has the number, the table who that is. One that the table does not show may be
    /// there all the same: a table that is mounted with `hidepid` hides the processes of other users, and one of
    /// another process-id namespace has other numbers, our own process's among them (proc(5)). That the marker is of
    /// another boot says nothing by itself: a container may be shown one of its own.
    static func of(_ evidence: MarkerEvidence, _ fileSystem: any FileSystem) -> OwnerLiveness {
        guard let marker = evidence.marker, !evidence.isForeign else { return .unknown }
        let own = fileSystem.processIdentity
        guard let number = Int32(exactly: marker.processID) else { return .gone }
        // Numbers of another namespace, or of one that is not told, are not ours, whatever the host is called.
        guard marker.processNamespace == own.processNamespace, own.processNamespace != nil || !Self.hasNamespaces else {
            return .unknown
        }
        if fileSystem.isProcessNumberInUse(number) == false { return .gone }
        guard let table = try? fileSystem.openDirectory("/proc") else { return .unknown }
        defer { try? table.close() }
        guard shows(own, table), let process = try? table.subdirectory(String(number)) else { return .unknown }
        defer { try? process.close() }
        guard let status = text("status", process), let stat = text("stat", process) else { return .unknown }
        // `/proc/<number>` is there for threads too, as `kill(number, 0)` succeeds for them.
        guard status.contains("\nTgid:\t\(marker.processID)\n") else { return .gone }
        guard let startTicks = marker.startTicks else { return .unknown }
        guard let found = PosixFileSystem.startTicks(inStat: stat) else { return .unknown }
        if found != startTicks { return .gone }
        return marker.isOfAnotherBoot(than: own) ? .unknown : .running
    }

    #if canImport(Darwin)
    private static let hasNamespaces = false
    #else
    private static let hasNamespaces = true
    #endif

    /// Whether the table has the process that asks where that looks for itself.
    private static func shows(_ own: ProcessIdentity, _ table: any Directory) -> Bool {
        guard let process = try? table.subdirectory(String(own.processID)) else { return false }
        defer { try? process.close() }
        guard let stat = text("stat", process) else { return false }
        return PosixFileSystem.startTicks(inStat: stat) == own.startTicks
    }

    private static func text(_ name: String, _ directory: any Directory) -> String? {
        guard let bytes = try? directory.readFile(name, maximumBytes: 1 << 16) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
