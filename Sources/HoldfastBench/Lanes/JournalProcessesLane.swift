internal import FileSystemSeam
internal import Journal

/// Several processes that reserve in one journal.
enum JournalProcessesLane {
    static let lane = Lane(
        "journal.reserve.processes.8",
        "8 processes that reserve in one journal; none lost, none refused for a busy lock",
        unit: "uses/s",
        .rate,
        floor: "pwrite + fdatasync by one writer",
        peer: "SQLite, 8 processes",
        targets: [.floorRatio(0.9), .peerRatio(1)],
        over: GrowthAxis("processes", [1, 2, 4, 8], isScaled: false),
        at: 8
    ) { arena, processes in
        let each = max(1, arena.scaled(4000) / processes)
        let program = try arena.worker()
        let journal = "\(arena.path)/journal"
        try ApprovalJournal(at: journal, fileSystem: arena.fileSystem).create()
        let peer = "\(arena.path)/peer.sqlite"
        _ = try SQLiteUses(peer, .full)
        func race(_ store: Worker.Store, _ path: String, round: Int) throws -> Double {
            let start = round * processes * each
            let time = try arena.nanoseconds {
                try Crew.run(processes) { member in
                    let words = Worker.words(store, path, from: start + member * each, each)
                    _ = try program.run(words, clock: PosixFileSystem.shared)
                }
            }
            return Double(processes * each) / time * 1e9
        }
        let floor = try JournalWork.floor(arena, each)
        var round = 0
        var roundOfPeer = 0
        return Contest(
            subject: {
                let rate = try race(.journal, journal, round: round)
                round += 1
                let head = try ApprovalJournal(at: journal, fileSystem: arena.fileSystem).head()
                precondition(head?.index == UInt64(round * processes * each), "a reservation is lost")
                return rate
            },
            floor: { 1e6 / (try floor()) },
            peer: {
                roundOfPeer += 1
                return try race(.sqlite, peer, round: roundOfPeer - 1)
            }
        )
    }
}
