internal import FileSystemSeam

/// What the process table says about a marker's owner. It is told to people, and decides nothing.
public enum OwnerLiveness: String, Sendable, Hashable {
    /// That very process runs.
    case running
    /// It does not: the machine was started anew, no process has the number, or a later one, or it is a thread's.
    case gone
    /// Nothing can be said: the owner is elsewhere, or the marker says too little.
    case unknown

    /// Looks the owner up.
    static func of(_ evidence: MarkerEvidence, _ fileSystem: any FileSystem) -> OwnerLiveness {
        guard let marker = evidence.marker, !evidence.isForeign else { return .unknown }
        let own = fileSystem.processIdentity
        if let bootID = marker.bootID, let ownBoot = own.bootID, bootID != ownBoot { return .gone }
        guard let table = try? fileSystem.openDirectory("/proc") else { return .unknown }
        defer { try? table.close() }
        let process: any Directory
        do {
            process = try table.subdirectory(String(marker.processID))
        } catch {
            return error.code == .noEntry ? .gone : .unknown
        }
        defer { try? process.close() }
        guard let status = text("status", process), let stat = text("stat", process) else { return .unknown }
        // `/proc/<number>` is there for threads too, as `kill(number, 0)` succeeds for them.
        guard status.contains("\nTgid:\t\(marker.processID)\n") else { return .gone }
        guard let startTicks = marker.startTicks else { return .unknown }
        guard let found = PosixFileSystem.startTicks(inStat: stat) else { return .unknown }
        return found == startTicks ? .running : .gone
    }

    private static func text(_ name: String, _ directory: any Directory) -> String? {
        guard let bytes = try? directory.readFile(name, maximumBytes: 1 << 16) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
