internal import CPosix
internal import EventLog
internal import FileSystemSeam

/// The session event log, one process.
enum EventLanes {
    static let all = [none, every, batch, readAll]

    private static let none = Lane(
        "events.append.none",
        "append one event without a sync",
        unit: "µs",
        .cost,
        floor: "flock + write + unlock of the same bytes",
        peer: "SQLite WAL, synchronous=OFF: number and insert in one transaction",
        targets: [.floorRatio(2)]
    ) { arena in
        try single(arena, count: arena.scaled(5000), .none, .off) { (events, lock) throws(FileSystemError) in
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
        targets: [.floorRatio(1.15)]
    ) { arena in
        try single(arena, count: arena.scaled(500), .every, .full) { (events, _) throws(FileSystemError) in
            try events.appendOnce(EventWork.line)
            try events.sync(.data)
        }
    }

    private static func single(
        _ arena: Arena,
        count: Int,
        _ durability: EventDurability,
        _ synchronous: SQLiteUses.Synchronous,
        _ floor: @escaping (any File, Int32) throws(FileSystemError) -> Void
    ) throws -> Contest {
        let log = SessionLog(
            at: "\(arena.path)/session",
            fileSystem: arena.fileSystem,
            options: SessionLogOptions(durability: durability)
        )
        let peer = try SQLiteEvents("\(arena.path)/peer.sqlite", synchronous)
        let bare = try arena.directory.open("floor", [.write, .create, .append], permissions: .ownerFile)
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
        "append batches of 10 000 events, each on stable storage when it returns",
        unit: "events/s",
        .rate,
        floor: "append + fdatasync of the same bytes",
        peer: "SQLite WAL, synchronous=FULL, a transaction a batch",
        targets: [.value(300_000)]
    ) { arena in
        let batches = arena.scaled(10)
        let size = 10_000
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
        targets: [.value(300)]
    ) { arena in
        let count = arena.scaled(100_000)
        let log = SessionLog(at: "\(arena.path)/session", fileSystem: arena.fileSystem)
        for start in stride(from: 0, to: count, by: 1000) {
            try log.append((start..<start + 1000).map { EventWork.event($0) })
        }
        let size = Double(try log.size().byteCount)
        let file = try arena.fileSystem.openDirectory("\(arena.path)/session")
            .open("events.jsonl", [.read], permissions: .ownerFile)
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
