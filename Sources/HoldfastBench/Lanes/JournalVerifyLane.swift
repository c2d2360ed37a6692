internal import Canonical
internal import FileSystemSeam
internal import Journal

/// Verification and the rebuilding of a lost index, over many records.
enum JournalVerifyLane {
    static let all = [verify, rebuild]

    private static let verify = Lane(
        "journal.verify",
        "verify 1 000 000 records",
        unit: "MB/s",
        .rate,
        floor: "SHA-256 of the same bytes on two cores",
        peer: "SQLite scan and SHA-256 of each row",
        targets: [.floorRatio(0.5)],
        over: JournalWork.records,
        at: 1_000_000
    ) { arena, size in
        let path = try JournalWork.filled(arena, "journal", size)
        let journal = ApprovalJournal(at: path, fileSystem: arena.fileSystem)
        let bytes = Double(size * JournalWork.record.count)
        return Contest(
            subject: {
                let time = try arena.nanoseconds {
                    let report = try journal.verifyIntegrity()
                    precondition(report.isIntact && report.recordCount == UInt64(size), "it does not verify")
                }
                return bytes / time * 1000
            },
            floor: {
                let time = try arena.nanoseconds {
                    try Crew.run(2) { _ in
                        for _ in 0..<size / 2 { _ = Digest(hashing: JournalWork.record) }
                    }
                }
                return bytes / time * 1000
            },
            peer: Contest.preparedLate {
                let peer = try SQLiteUses("\(arena.path)/peer.sqlite", .off)
                try peer.fill(size, JournalWork.record) { ("grant-\($0)", JournalWork.nonce($0)) }
                return {
                    let time = try arena.nanoseconds { try peer.scan { _ = Digest(hashing: $0) } }
                    return bytes / time * 1000
                }
            }
        )
    }

    private static let rebuild = Lane(
        "journal.rebuild",
        "rebuild the lost index of 1 000 000 records",
        unit: "s",
        .cost,
        targets: [.value(2)],
        over: JournalWork.records.inUnit("records/s") { seconds, size in Double(size) / seconds },
        at: 1_000_000
    ) { arena, size in
        let path = try JournalWork.filled(arena, "journal", size)
        return Contest(
            subject: {
                try arena.fileSystem.openDirectory(path).removeRecursively("indexes")
                return try arena.nanoseconds {
                    let journal = ApprovalJournal(at: path, fileSystem: arena.fileSystem)
                    let count = try journal.rebuildIndexes()
                    precondition(count == UInt64(size), "records are missing")
                } / 1e9
            }
        )
    }
}
