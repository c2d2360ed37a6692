internal import FileSystemSeam
internal import Journal

/// The approval-use journal: reservations and questions.
enum JournalLanes {
    static let all = [reserve, reserveThreads, JournalProcessesLane.lane, growth, growthHot, open, check]

    private static let reserve = Lane(
        "journal.reserve.durable",
        "reserve a use of a new grant, on stable storage when it returns; one writer",
        unit: "µs",
        .cost,
        floor: "pwrite + fdatasync of the same bytes into preallocated space",
        peer: "SQLite WAL, synchronous=FULL: check and insert in one transaction",
        targets: [.floorRatio(1.15), .peerRatio(1)]
    ) { arena in
        let count = arena.scaled(500)
        let journal = ApprovalJournal(at: "\(arena.path)/journal", fileSystem: arena.fileSystem)
        try journal.create()
        let peer = try SQLiteUses("\(arena.path)/peer.sqlite", .full)
        var next = 0
        var nextOfPeer = 0
        return Contest(
            subject: {
                let uses = (next..<next + count).map { JournalWork.use($0) }
                next += count
                return try arena.nanoseconds {
                    for use in uses { _ = try journal.reserve(use, maximumUses: 1) }
                } / Double(count) / 1000
            },
            floor: try JournalWork.floor(arena, count),
            peer: {
                let keys = (nextOfPeer..<nextOfPeer + count).map { ("grant-\($0)", JournalWork.nonce($0)) }
                nextOfPeer += count
                return try arena.nanoseconds {
                    for (grant, nonce) in keys {
                        _ = try peer.reserve(grant, nonce, maximum: 1, JournalWork.record)
                    }
                } / Double(count) / 1000
            }
        )
    }

    private static let reserveThreads = Lane(
        "journal.reserve.durable.16",
        "the same by 16 threads of one process",
        unit: "uses/s",
        .rate,
        floor: "pwrite + fdatasync by one writer",
        peer: "SQLite, 16 threads",
        targets: [.floorRatio(8), .peerRatio(8)]
    ) { arena in
        let threads = 16
        let each = arena.scaled(200)
        let journal = ApprovalJournal(
            at: "\(arena.path)/journal",
            fileSystem: arena.fileSystem,
            options: JournalOptions(lockTimeoutMilliseconds: 60_000)
        )
        try journal.create()
        let peerPath = "\(arena.path)/peer.sqlite"
        _ = try SQLiteUses(peerPath, .full)
        let floor = try JournalWork.floor(arena, each)
        var round = 0
        return Contest(
            subject: {
                round += 1
                let start = round * threads * each
                let time = try arena.nanoseconds {
                    try Crew.run(threads) { member in
                        for number in 0..<each {
                            _ = try journal.reserve(JournalWork.use(start + member * each + number), maximumUses: 1)
                        }
                    }
                }
                return Double(threads * each) / time * 1e9
            },
            floor: { 1e6 / (try floor()) },
            peer: {
                round += 1
                let start = round * threads * each
                let time = try arena.nanoseconds {
                    try Crew.run(threads) { member in
                        let database = try SQLiteUses(peerPath, .full)
                        for number in 0..<each {
                            let key = start + member * each + number
                            let nonce = JournalWork.nonce(key)
                            _ = try database.reserve("grant-\(key)", nonce, maximum: 1, JournalWork.record)
                        }
                    }
                }
                return Double(threads * each) / time * 1e9
            }
        )
    }

    private static let growth = growthLane(
        "journal.reserve.growth",
        "cost of a reservation at 1 000 000 records ÷ cost at 1 000",
        grant: nil
    )

    private static let growthHot = growthLane(
        "journal.reserve.growth.hot",
        "the same when one grant holds them all",
        grant: "hot"
    )

    private static func growthLane(_ name: String, _ summary: String, grant: String?) -> Lane {
        Lane(name, summary, unit: "", .cost, targets: [.value(1.1)]) { arena in
            let count = arena.scaled(300)
            let sizes = arena.isQuick ? [1000, 10_000] : [1000, 10_000, 100_000, 1_000_000]
            let journals = try sizes.map { size in
                let path = try JournalWork.filled(arena, "of-\(size)", size, grant: grant)
                return ApprovalJournal(at: path, fileSystem: arena.fileSystem)
            }
            var next = 10_000_000
            func cost(_ journal: ApprovalJournal) throws -> Double {
                let uses = (next..<next + count).map { JournalWork.use($0, grant: grant) }
                next += count
                return try arena.nanoseconds {
                    for use in uses { _ = try journal.reserve(use, maximumUses: 1) }
                } / Double(count) / 1000
            }
            return Contest(
                subject: { try cost(journals[journals.count - 1]) / cost(journals[0]) },
                growth: {
                    try zip(sizes, journals).map { size, journal in
                        GrowthPoint(
                            size: Double(size),
                            cost: Statistics(try (0..<5).map { _ in try cost(journal) }).median
                        )
                    }
                }
            )
        }
    }

    private static let open = Lane(
        "journal.open",
        "open a journal of 1 000 000 records and check one nonce",
        unit: "ms",
        .cost,
        targets: [.value(2)]
    ) { arena in
        let size = arena.scaled(1_000_000)
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
        targets: [.value(5), .peerRatio(1)]
    ) { arena in
        let size = arena.scaled(100_000)
        let count = arena.scaled(20_000)
        let path = try JournalWork.filled(arena, "journal", size)
        let journal = ApprovalJournal(at: path, fileSystem: arena.fileSystem)
        let peer = try SQLiteUses("\(arena.path)/peer.sqlite", .full)
        try peer.fill(size, JournalWork.record) { ("grant-\($0)", JournalWork.nonce($0)) }
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
            peer: {
                try arena.nanoseconds {
                    for (grant, nonce) in keys {
                        let used = try peer.uses(grant, nonce)
                        precondition(used == 1, "a consumed nonce is not there")
                    }
                } / Double(count) / 1000
            }
        )
    }
}
