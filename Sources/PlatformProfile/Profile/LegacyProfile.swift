internal import Canonical

/// A profile of schema 1, as existing tools write and read it: what was observed of a host and a path, what that
/// admits, and a checksum.
///
/// ```
/// {"schema_version":1,
///  "host":{"monotonic_clock":"ProcessLocalInstantAnchor"},
///  "store_path":{"path_status":"ObservedDirectory","parent_dir_sync":"UnixFsync",
///   "lock_leaf_symlink_protection":"AtomicNoFollow","mmap_index":"FileBacked","sealed_segment_mmap":"FileBacked",
///   "active_segment_read":"UnixReadAt"},
///  "admission":{"store_lock":"AtomicNoFollow","parent_dir_sync":"UnixFsync","mmap_index":"FileBacked",
///   "sealed_segment_mmap":"FileBacked"},
///  "fingerprint_crc32":198181094}
/// ```
///
/// The checksum is the CRC-32 of the text without it, compact and with its members in this order.
public struct LegacyProfile: Sendable, Hashable {
    /// How the monotonic clock counts.
    public var monotonicClock: LegacyStatus
    /// What stands at the path.
    public var pathStatus: LegacyStatus
    /// How names are made durable.
    public var parentDirectorySync: LegacyStatus
    /// What becomes of a symbolic link in place of the lock file.
    public var lockLeafProtection: LegacyStatus
    /// Whether an index can be mapped.
    public var indexMap: LegacyStatus
    /// Whether a sealed segment can be mapped.
    public var sealedSegmentMap: LegacyStatus
    /// How the segment is read that is written to.
    public var activeSegmentRead: LegacyStatus
    /// What is admitted of them; it follows from the others, and a profile in which it does not is refused.
    public var admission: LegacyAdmission

    /// The profile of what was observed.
    public init(_ evidence: PlatformEvidence) {
        let isThere = evidence.pathStatus == .directory
        monotonicClock = LegacyStatus(evidence.monotonicClock, "ProcessLocalInstantAnchor") { $0 }
        pathStatus = Self.status(evidence.pathStatus)
        switch evidence.sync.directory {
        case .unsupported: parentDirectorySync = .named("RenameOnly")
        default: parentDirectorySync = LegacyStatus(evidence.sync.directory, "UnixFsync") { _ in true }
        }
        lockLeafProtection = LegacyStatus(evidence.locks.refusesSymbolicLinks, "AtomicNoFollow") { $0 }
        let map =
            isThere ? LegacyStatus(evidence.contents.sharedMaps, "FileBacked") { $0 } : Self.map(evidence.pathStatus)
        indexMap = map
        sealedSegmentMap = map
        activeSegmentRead = LegacyStatus(evidence.contents.positionedReads, "UnixReadAt") { $0 }
        admission = LegacyAdmission()
        admission = followingAdmission
    }

    private static func status(_ status: PathStatus) -> LegacyStatus {
        switch status {
        case .directory: .named("ObservedDirectory")
        case .notDirectory: .named("ObservedUnsupportedNotDirectory")
        case .missing: .named("UnknownMissing")
        case .probeFailed(let code): .probeFailed(reason: "\(code)")
        }
    }

    private static func map(_ status: PathStatus) -> LegacyStatus {
        switch status {
        case .directory, .missing: .unknown
        case .notDirectory: .observedUnsupported
        case .probeFailed(let code): .probeFailed(reason: "\(code)")
        }
    }

    /// The checksum that belongs to these values.
    public var fingerprint: UInt32 { CRC32.checksum(body) }

    /// The bytes that the checksum is taken over.
    var body: [UInt8] { canonical(withFingerprint: false) }

    /// The profile's text, compact, with its checksum. It is the inverse of ``init(parsing:)``.
    public func encoded() -> [UInt8] { canonical(withFingerprint: true) }

    private func canonical(withFingerprint: Bool) -> [UInt8] {
        var writer = CanonicalWriter(form: .declared)
        writer.beginObject()
        writer.member("schema_version", 1)
        writer.key("host")
        Self.write([("monotonic_clock", monotonicClock)], &writer)
        writer.key("store_path")
        Self.write(pathMembers, &writer)
        writer.key("admission")
        Self.write(admission.members, &writer)
        if withFingerprint { writer.member("fingerprint_crc32", fingerprint) }
        writer.endObject()
        do {
            return try writer.finish()
        } catch {
            preconditionFailure("names that differ and no floats: \(error)")
        }
    }

    private static func write(_ members: [(name: String, status: LegacyStatus)], _ writer: inout CanonicalWriter) {
        writer.beginObject()
        for member in members {
            writer.key(member.name)
            member.status.encode(to: &writer)
        }
        writer.endObject()
    }

    private var pathMembers: [(name: String, status: LegacyStatus)] {
        [
            ("path_status", pathStatus), ("parent_dir_sync", parentDirectorySync),
            ("lock_leaf_symlink_protection", lockLeafProtection), ("mmap_index", indexMap),
            ("sealed_segment_mmap", sealedSegmentMap), ("active_segment_read", activeSegmentRead),
        ]
    }

    /// Every member by its path, in order.
    var fields: [(name: String, status: LegacyStatus)] {
        [("host.monotonic_clock", monotonicClock)] + pathMembers.map { ("store_path.\($0.name)", $0.status) }
            + admission.members.map { ("admission.\($0.name)", $0.status) }
    }

    /// The admission that the observations give.
    var followingAdmission: LegacyAdmission {
        LegacyAdmission(
            storeLock: lockLeafProtection.admission,
            parentDirectorySync: parentDirectorySync.admission,
            indexMap: indexMap.admission,
            sealedSegmentMap: sealedSegmentMap.admission
        )
    }
}

/// What a profile of schema 1 admits: what was positively observed, and `Rejected` for all else.
public struct LegacyAdmission: Sendable, Hashable {
    /// What excludes other processes.
    public var storeLock = LegacyStatus.rejected
    /// How names are made durable.
    public var parentDirectorySync = LegacyStatus.rejected
    /// Whether an index is mapped.
    public var indexMap = LegacyStatus.rejected
    /// Whether a sealed segment is mapped.
    public var sealedSegmentMap = LegacyStatus.rejected

    /// Makes one from its parts.
    public init(
        storeLock: LegacyStatus = .rejected,
        parentDirectorySync: LegacyStatus = .rejected,
        indexMap: LegacyStatus = .rejected,
        sealedSegmentMap: LegacyStatus = .rejected
    ) {
        self.storeLock = storeLock
        self.parentDirectorySync = parentDirectorySync
        self.indexMap = indexMap
        self.sealedSegmentMap = sealedSegmentMap
    }

    var members: [(name: String, status: LegacyStatus)] {
        [
            ("store_lock", storeLock), ("parent_dir_sync", parentDirectorySync), ("mmap_index", indexMap),
            ("sealed_segment_mmap", sealedSegmentMap),
        ]
    }
}
