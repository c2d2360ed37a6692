internal import CPosix

extension OpenOptions {
    /// The options as the shim's bits.
    var shimBits: UInt32 {
        var bits = 0
        if contains(.read) { bits |= CPOSIX_OPEN_READ }
        if contains(.write) { bits |= CPOSIX_OPEN_WRITE }
        if contains(.create) { bits |= CPOSIX_OPEN_CREATE }
        if contains(.exclusive) { bits |= CPOSIX_OPEN_EXCLUSIVE }
        if contains(.append) { bits |= CPOSIX_OPEN_APPEND }
        if contains(.truncate) { bits |= CPOSIX_OPEN_TRUNCATE }
        return UInt32(bits)
    }

    /// The flags as `strace` prints them, without those that are always set.
    var flagNames: String {
        var names = [contains([.read, .write]) ? "O_RDWR" : contains(.write) ? "O_WRONLY" : "O_RDONLY"]
        if contains(.create) { names.append("O_CREAT") }
        if contains(.exclusive) { names.append("O_EXCL") }
        if contains(.append) { names.append("O_APPEND") }
        if contains(.truncate) { names.append("O_TRUNC") }
        return names.joined(separator: "|")
    }
}

extension FileStatus.Kind {
    /// The kind behind one of the shim's numbers; nil when the file system did not tell.
    init?(shim: Int32) {
        switch Int(shim) {
        case CPOSIX_KIND_REGULAR: self = .regular
        case CPOSIX_KIND_DIRECTORY: self = .directory
        case CPOSIX_KIND_SYMBOLIC_LINK: self = .symbolicLink
        case CPOSIX_KIND_OTHER: self = .other
        default: return nil
        }
    }
}

extension FileExtent {
    init(shim: cposix_status) {
        self.init(
            kind: FileStatus.Kind(shim: shim.kind) ?? .other,
            identity: FileIdentity(device: shim.device, inode: shim.inode),
            size: shim.size
        )
    }
}

extension FileStatus {
    /// The status behind the shim's structure. A time beyond 1677…2262 becomes the nearest one that fits.
    init(shim: cposix_status) {
        self.init(
            kind: Kind(shim: shim.kind) ?? .other,
            identity: FileIdentity(device: shim.device, inode: shim.inode),
            size: shim.size,
            linkCount: shim.links,
            permissions: Permissions(rawValue: UInt16(shim.permissions)),
            ownerID: shim.owner,
            modified: Self.time(shim.modified_seconds, shim.modified_nanoseconds),
            changed: Self.time(shim.changed_seconds, shim.changed_nanoseconds)
        )
    }

    private static func time(_ seconds: Int64, _ nanoseconds: Int64) -> WallClockTime {
        let (product, tooFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = product.addingReportingOverflow(nanoseconds)
        let limit = seconds < 0 ? Int64.min : Int64.max
        return WallClockTime(nanosecondsSinceEpoch: tooFar || carried ? limit : sum)
    }
}

/// The result of a system call, or the error it stands for.
///
/// - Complexity: O(1); the name is built on failure only.
@inline(__always)
func checked(
    _ result: Int,
    _ operation: FileSystemError.Operation,
    _ name: @autoclosure () -> String
) throws(FileSystemError) -> Int {
    if result >= 0 { return result }
    throw FileSystemError(operation: operation, name: name(), code: ErrorNumber(rawValue: Int32(-result)))
}
