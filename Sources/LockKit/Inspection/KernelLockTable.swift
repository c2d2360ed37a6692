internal import FileSystemSeam

/// The kernel's table of locks, `/proc/locks` (proc_locks(5)):
///
/// ```
/// 1: FLOCK  ADVISORY  WRITE 4242 fe:00:1311768 0 EOF
/// 1: -> FLOCK  ADVISORY  WRITE 4243 fe:00:1311768 0 EOF
/// ```
///
/// A line with an arrow waits. Device numbers are hexadecimal, the inode is decimal. Locks of processes that are not
/// seen from this process-id namespace are left out, so that an absence proves nothing.
struct KernelLockTable {
    struct Row: Hashable {
        var processID: Int32
        var mode: LockMode
        var major: UInt64
        var minor: UInt64
        var inode: UInt64
    }

    let rows: [Row]

    /// Reads a table; lines that do not read as a held `flock` are left out.
    init(parsing text: String) {
        rows = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count >= 6, fields[1] == "FLOCK", let processID = Int32(fields[4]) else { return nil }
            let place = fields[5].split(separator: ":")
            guard place.count == 3, let major = UInt64(place[0], radix: 16), let minor = UInt64(place[1], radix: 16),
                let inode = UInt64(place[2])
            else { return nil }
            let mode: LockMode = fields[3] == "READ" ? .shared : .exclusive
            return Row(processID: processID, mode: mode, major: major, minor: minor, inode: inode)
        }
    }

    /// The table as it is now; nil where there is none.
    static func current(_ fileSystem: any FileSystem) -> KernelLockTable? {
        guard let directory = try? fileSystem.openDirectory("/proc") else { return nil }
        defer { try? directory.close() }
        guard let bytes = try? directory.readFile("locks", maximumBytes: 1 << 24) else { return nil }
        return KernelLockTable(parsing: String(decoding: bytes, as: UTF8.self))
    }

    /// Who holds a lock on a file. Empty also on file systems whose files show another device number than the table:
    /// see ``FileSystemSeam/MountFacts/device``.
    func holders(of identity: FileIdentity) -> [Row] {
        let device = identity.device
        // As glibc's gnu_dev_major and gnu_dev_minor have it.
        let major = (device >> 8) & 0xfff | (device >> 32) & ~0xfff
        let minor = device & 0xff | (device >> 12) & ~0xff
        return rows.filter { $0.inode == identity.inode && $0.major == major && $0.minor == minor }
    }
}
