internal import Canonical

extension LegacyProfile {
    /// Reads a profile's text, in the form that stands at ``LegacyProfile``, and verifies it. White space and the order
    /// of members do not matter; all must be there, and no others.
    ///
    /// - Throws: ``InvalidProfile``.
    public init(parsing bytes: [UInt8]) throws(InvalidProfile) {
        try self.init(reading: ProfileText.parse(bytes))
    }

    init(reading value: JSONValue) throws(InvalidProfile) {
        let members = ["schema_version", "host", "store_path", "admission", "fingerprint_crc32"]
        let root = try ProfileText.object(value, "the profile", members)
        let host = try ProfileText.object(root["host"], "host", ["monotonic_clock"])
        let paths = [
            "path_status", "parent_dir_sync", "lock_leaf_symlink_protection", "mmap_index", "sealed_segment_mmap",
            "active_segment_read",
        ]
        let path = try ProfileText.object(root["store_path"], "store_path", paths)
        let names = ["store_lock", "parent_dir_sync", "mmap_index", "sealed_segment_mmap"]
        let admitted = try ProfileText.object(root["admission"], "admission", names)
        monotonicClock = try LegacyStatus(reading: host["monotonic_clock"], "host.monotonic_clock")
        pathStatus = try LegacyStatus(reading: path["path_status"], "store_path.path_status")
        parentDirectorySync = try LegacyStatus(reading: path["parent_dir_sync"], "store_path.parent_dir_sync")
        lockLeafProtection = try LegacyStatus(
            reading: path["lock_leaf_symlink_protection"],
            "store_path.lock_leaf_symlink_protection"
        )
        indexMap = try LegacyStatus(reading: path["mmap_index"], "store_path.mmap_index")
        sealedSegmentMap = try LegacyStatus(reading: path["sealed_segment_mmap"], "store_path.sealed_segment_mmap")
        activeSegmentRead = try LegacyStatus(reading: path["active_segment_read"], "store_path.active_segment_read")
        admission = LegacyAdmission(
            storeLock: try LegacyStatus(reading: admitted["store_lock"], "admission.store_lock"),
            parentDirectorySync: try LegacyStatus(reading: admitted["parent_dir_sync"], "admission.parent_dir_sync"),
            indexMap: try LegacyStatus(reading: admitted["mmap_index"], "admission.mmap_index"),
            sealedSegmentMap: try LegacyStatus(
                reading: admitted["sealed_segment_mmap"],
                "admission.sealed_segment_mmap"
            )
        )
        guard let stored = root["fingerprint_crc32"]?.number?.unsignedValue, let stored = UInt32(exactly: stored) else {
            throw .malformed(reason: "fingerprint_crc32 is not a whole number of 32 bits")
        }
        if stored != fingerprint {
            throw .wrongFingerprint(stored: String(stored), recomputed: String(fingerprint))
        }
        try checkMeaning()
    }

    /// Refuses what cannot have been observed.
    func checkMeaning() throws(InvalidProfile) {
        for (name, map) in [("mmap_index", indexMap), ("sealed_segment_mmap", sealedSegmentMap)] {
            let fits =
                switch pathStatus {
                case .named("ObservedDirectory"): true
                case .named("ObservedUnsupportedNotDirectory"): map == .observedUnsupported
                case .named("UnknownMissing"): map == .unknown
                case .probeFailed: if case .probeFailed = map { true } else { false }
                case .named: false
                }
            if !fits {
                throw .inconsistent(
                    field: "store_path.\(name)",
                    reason: "\(map) cannot be with a path that is \(pathStatus)"
                )
            }
        }
        for (stated, following) in zip(admission.members, followingAdmission.members)
        where stated.status != following.status {
            throw .inconsistent(
                field: "admission.\(stated.name)",
                reason: "it says \(stated.status), and what was observed gives \(following.status)"
            )
        }
    }
}

/// The text of a profile.
enum ProfileText {
    /// More than this is no profile.
    static let maximumBytes = 1 << 20

    static func parse(_ bytes: [UInt8]) throws(InvalidProfile) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes, options: JSONOptions(maximumDepth: 16, integers: .exact64))
        } catch {
            throw .notJSON(reason: "\(error)")
        }
    }

    /// An object with exactly these members.
    static func object(_ value: JSONValue?, _ name: String, _ members: [String]) throws(InvalidProfile) -> JSONObject {
        guard let object = value?.object else { throw .malformed(reason: "\(name) is missing or not an object") }
        for member in object.members where !members.contains(member.key) {
            throw .malformed(reason: "\(name) has the unknown member \"\(member.key)\"")
        }
        for member in members where object[member] == nil {
            throw .malformed(reason: "\(name) has no member \"\(member)\"")
        }
        return object
    }
}
