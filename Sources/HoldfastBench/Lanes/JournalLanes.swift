internal import FileSystemSeam
internal import Journal

/// The approval-use journal: reservations.
enum JournalLanes {
    static let all = [reserve, reserveThreads, JournalProcessesLane.lane, growth, growthHot]

    private static let reserve = Lane(
        "journal.reserve.durable",
        "reserve a use of a new grant, on stable storage when it returns; one writer",
        unit: "µs",
        .cost,
        floor: "pwrite + fdatasync of the same bytes into preallocated space",
        peer: "SQLite WAL, synchronous=FULL: check and insert in one transaction",
        targets: [.floorRatio(1.15), .peerRatio(1)],
        over: GrowthAxis("records in the journal", [0, 1000, 10_000, 100_000]),
        at: 0
    ) { arena, size in
        let count = arena.scaled(500)
        let path = try JournalWork.filled(arena, "journal", size)
        let journal = ApprovalJournal(at: path, fileSystem: arena.fileSystem)
        let peer = try SQLiteUses("\(arena.path)/peer.sqlite", .full)
        var next = size
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
        targets: [.floorRatio(8), .peerRatio(8)],
        over: GrowthAxis("threads", [1, 2, 4, 8, 16], isScaled: false),
        at: 16
    ) { arena, threads in
        let each = max(1, arena.scaled(3200) / threads)
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
        let axis = GrowthAxis(
            "records in the journal",
            [1000, 10_000, 100_000, 1_000_000],
            unit: "µs",
            showsFloor: false
        )
        return Lane(name, summary, unit: "", .cost, targets: [.value(1.1)], growth: .over(axis)) { arena in
            let count = arena.scaled(300)
            var next = 10_000_000
            func journal(_ size: Int) throws -> Contest.Round {
                let path = try JournalWork.filled(arena, "of-\(size)", size, grant: grant)
                let journal = ApprovalJournal(at: path, fileSystem: arena.fileSystem)
                return {
                    let uses = (next..<next + count).map { JournalWork.use($0, grant: grant) }
                    next += count
                    return try arena.nanoseconds {
                        for use in uses { _ = try journal.reserve(use, maximumUses: 1) }
                    } / Double(count) / 1000
                }
            }
            let sizes = axis.sizes(isQuick: arena.isQuick)
            let (least, most) = (sizes[0], sizes[sizes.count - 1])
            let (small, large) = (try journal(least), try journal(most))
            return Contest(
                subject: { try large() / small() },
                atSize: { size in
                    Contest(subject: size == least ? small : size == most ? large : try journal(size))
                }
            )
        }
    }
}
