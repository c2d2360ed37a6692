internal import CPosix
internal import EventLog
internal import FileSystemSeam

/// The session event log, one process.
enum EventLanes {
    static let all = [none, every, batch, readAll]

    private static let events = GrowthAxis("events in the log", [0, 1000, 10_000, 100_000])

    private static let none = Lane(
        "events.append.none",
        "append one event without a sync",
        unit: "µs",
        .cost,
        floor: "flock + write + unlock of the same bytes",
        peer: "SQLite WAL, synchronous=OFF: number and insert in one transaction",
        targets: [.floorRatio(2)],
        over: events,
        at: 0
    ) { arena, size in
        try single(arena, after: size, count: arena.scaled(5000), .none, .off) {
            (events, lock) throws(FileSystemError) in
            precondition(cposix_flock(lock, 1, 1) == 0, "the lock is free")
            try events.appendOnce(EventWork.line)
            precondition(cposix_unlock(lock) == 0, "the lock is held")
        }
    }

    private static let every = Lane(
        "events.append.every",
        "append one event, on stable storage when it returns",
        unit: "µs",
        .cost,
        floor: "append + fdatasync of the same bytes",
        peer: "SQLite WAL, synchronous=FULL: number and insert in one transaction",
        targets: [.floorRatio(1.15)],
        over: events,
        at: 0
    ) { arena, size in
        try single(arena, after: size, count: arena.scaled(500), .every, .full) { (events, _) throws(FileSystemError) in
            try events.appendOnce(EventWork.line)
            try events.sync(.data)
        }
    }

    /// Appends one by one, to a log and to a file that hold so many events before.
    private static func single(
        _ arena: Arena,
        after size: Int,
        count: Int,
        _ durability: EventDurability,
        _ synchronous: SQLiteUses.Synchronous,
        _ floor: @escaping (any File, Int32) throws(FileSystemError) -> Void
    ) throws -> Contest {
        let session = try EventWork.filled(arena, size)
        let options = SessionLogOptions(durability: durability)
        let log = SessionLog(at: session, fileSystem: arena.fileSystem, options: options)
        let peer = try SQLiteEvents("\(arena.path)/peer.sqlite", synchronous)
        let bare = try arena.directory.open("floor", [.write, .create, .append], permissions: .ownerFile)
        for _ in 0..<size { try bare.appendOnce(EventWork.line) }
        try bare.sync(.full)
        try arena.directory.replaceAtomically("lock", with: [])
        let lock = Int32(unsafe "\(arena.path)/lock".withCString { unsafe cposix_open_path($0) })
        return Contest(
            subject: {
                let events = (0..<count).map { EventWork.event($0) }
                return try arena.nanoseconds {
                    for event in events { try log.append(event) }
                } / Double(count) / 1000
            },
            floor: {
                try arena.nanoseconds {
                    for _ in 0..<count { try floor(bare, lock) }
                } / Double(count) / 1000
            },
            peer: {
                try arena.nanoseconds {
                    for _ in 0..<count { try peer.append(EventWork.line) }
                } / Double(count) / 1000
            }
        )
    }

    private static let batch = Lane(
        "events.append.batch",
        "append batches of 10 000 events, each batch on stable storage when it returns",
        unit: "events/s",
        .rate,
        floor: "append + fdatasync of the same bytes",
        peer: "SQLite WAL, synchronous=FULL, a transaction a batch",
        targets: [.value(300_000)],
        over: GrowthAxis("events in a batch", [1, 10, 100, 1000, 10_000], isScaled: false),
        at: 10_000
    ) { arena, size in
        let batches = arena.scaled(min(1000, 100_000 / size))
        let log = SessionLog(
            at: "\(arena.path)/session",
            fileSystem: arena.fileSystem,
            options: SessionLogOptions(durability: .every)
        )
        let peer = try SQLiteEvents("\(arena.path)/peer.sqlite", .full)
        let bare = try arena.directory.open("floor", [.write, .create, .append], permissions: .ownerFile)
        let bytes = Array((0..<size).map { _ in EventWork.line }.joined())
        func rate(_ work: () throws -> Void) rethrows -> Double {
            Double(batches * size) / (try arena.nanoseconds { for _ in 0..<batches { try work() } }) * 1e9
        }
        return Contest(
            subject: {
                let events = (0..<size).map { EventWork.event($0) }
                return try rate { try log.append(events) }
            },
            floor: {
                try rate {
                    try bare.appendOnce(bytes)
                    try bare.sync(.data)
                }
            },
            peer: { try rate { try peer.append(EventWork.line, times: size) } }
        )
    }

    private static let readAll = Lane(
        "events.readAll",
        "read and check all of 100 000 events",
        unit: "MB/s",
        .rate,
        floor: "reading the file",
        targets: [.value(300)],
        over: GrowthAxis("events in the log", [100, 1000, 10_000, 100_000], showsFloor: false),
        at: 100_000
    ) { arena, count in
        let session = try EventWork.filled(arena, count)
        let log = SessionLog(at: session, fileSystem: arena.fileSystem)
        let size = Double(try log.size().byteCount)
        let file = try arena.fileSystem.openDirectory(session).open("events.jsonl", [.read], permissions: .ownerFile)
        return Contest(
            subject: {
                let time = try arena.nanoseconds {
                    let contents = try log.readAll()
                    precondition(contents.events.count == count && contents.skipped.isEmpty, "events are missing")
                }
                return size / time * 1000
            },
            floor: {
                var buffer = [UInt8](repeating: 0, count: 1 << 18)
                let time = try arena.nanoseconds {
                    var offset: Int64 = 0
                    while true {
                        var span = buffer.mutableSpan
                        let read = try file.read(into: &span, at: offset)
                        if read == 0 { break }
                        offset += Int64(read)
                    }
                }
                return size / time * 1000
            }
        )
    }
}
