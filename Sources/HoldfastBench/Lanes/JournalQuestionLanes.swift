internal import FileSystemSeam
internal import Journal

/// The approval-use journal: questions.
enum JournalQuestionLanes {
    static let all = [open, check]

    private static let open = Lane(
        "journal.open",
        "open a journal of 1 000 000 records and check one nonce",
        unit: "ms",
        .cost,
        targets: [.value(2)],
        over: JournalWork.records,
        at: 1_000_000
    ) { arena, size in
        let path = try JournalWork.filled(arena, "journal", size)
        return Contest(
            subject: {
                try arena.nanoseconds {
                    let journal = ApprovalJournal(at: path, fileSystem: arena.fileSystem)
                    _ = try journal.checkReplay(grant: "grant-7", nonceDigest: JournalWork.nonce(7))
                } / 1e6
            }
        )
    }

    private static let check = Lane(
        "journal.check",
        "replay check of a consumed nonce, warm, 100 000 records",
        unit: "µs",
        .cost,
        floor: "one pread of 640 bytes",
        peer: "SQLite indexed lookup",
        targets: [.value(5), .peerRatio(1)],
        over: JournalWork.records,
        at: 100_000
    ) { arena, size in
        let count = arena.scaled(20_000)
        let path = try JournalWork.filled(arena, "journal", size)
        let journal = ApprovalJournal(at: path, fileSystem: arena.fileSystem)
        let keys = (0..<count).map { number in
            let key = number &* 7919 % size
            return ("grant-\(key)", JournalWork.nonce(key))
        }
        let file = try arena.directory.open("floor", [.read, .write, .create], permissions: .ownerFile)
        try file.writeAll([UInt8](repeating: 1, count: 1 << 20), at: 0)
        return Contest(
            subject: {
                try arena.nanoseconds {
                    for (grant, nonce) in keys {
                        let check = try journal.checkReplay(grant: grant, nonceDigest: nonce, maximumUsesHint: 1)
                        precondition(!check.passed, "a consumed nonce passed")
                    }
                } / Double(count) / 1000
            },
            floor: {
                var buffer = [UInt8](repeating: 0, count: 640)
                return try arena.nanoseconds {
                    for number in 0..<count {
                        var span = buffer.mutableSpan
                        _ = try file.read(into: &span, at: Int64(number &* 7919 % 1_000_000))
                    }
                } / Double(count) / 1000
            },
            peer: Contest.preparedLate {
                let peer = try SQLiteUses("\(arena.path)/peer.sqlite", .full)
                try peer.fill(size, JournalWork.record) { ("grant-\($0)", JournalWork.nonce($0)) }
                return {
                    try arena.nanoseconds {
                        for (grant, nonce) in keys {
                            let used = try peer.uses(grant, nonce)
                            precondition(used == 1, "a consumed nonce is not there")
                        }
                    } / Double(count) / 1000
                }
            }
        )
    }
}
