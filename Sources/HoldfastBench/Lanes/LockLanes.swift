internal import CPosix
internal import Canonical
internal import FileSystemSeam
internal import LockKit

/// Locks between processes.
enum LockLanes {
    static let all = [uncontended, handoff, markerCycle]

    private static let otherFiles = [0, 100, 1000, 10_000]

    private static let uncontended = Lane(
        "lock.file.uncontended",
        "take and release a free file lock",
        unit: "µs",
        .cost,
        floor: "open + flock + fstat + close in C",
        targets: [.value(8)],
        over: GrowthAxis("other files beside it", otherFiles),
        at: 0
    ) { arena, size in
        let count = arena.scaled(20_000)
        try arena.directory.addFiles(size)
        let lock = FileLock(
            "lock",
            in: arena.directory,
            fileSystem: arena.fileSystem,
            options: FileLockOptions(anchor: .file)
        )
        do { _ = try lock.tryLock(.exclusive) }
        return Contest(
            subject: {
                try arena.nanoseconds {
                    for _ in 0..<count {
                        guard let held = try lock.tryLock(.exclusive) else { preconditionFailure("the lock is free") }
                        held.release()
                    }
                } / Double(count) / 1000
            },
            floor: { floor(arena, count) }
        )
    }

    private static let handoff = Lane(
        "lock.file.handoff",
        "from a release to the next step of a waiting thread",
        unit: "µs",
        .cost,
        floor: "a signal to a waiting thread",
        targets: [.value(50)],
        over: GrowthAxis("waiting threads", [1, 2, 4, 8], isScaled: false),
        at: 1
    ) { arena, waiters in
        let count = arena.scaled(200)
        let path = "\(arena.path)/lock"
        return Contest(
            subject: {
                try Handoffs.median(count, to: waiters, arena.fileSystem) {
                    FileLock(at: path, fileSystem: arena.fileSystem)
                }
            },
            floor: { try Handoffs.medianOfSignals(count, to: waiters, arena.fileSystem) }
        )
    }

    private static let markerCycle = Lane(
        "lock.marker.cycle",
        "acquire a marker lock durably, and release it durably",
        unit: "µs",
        .cost,
        floor: "the same files and their four syncs, without a lock",
        // 600 µs are meant for a disk on which the same in C takes 506 µs.
        targets: [.value(600), .floorRatio(1.19)],
        over: GrowthAxis("markers in quarantine beside it", otherFiles),
        at: 0
    ) { arena, size in
        let count = arena.scaled(100)
        let lock = MarkerLock(inDirectory: arena.path, fileSystem: arena.fileSystem)
        let request = MarkerRequest(
            deploymentID: "deployment",
            operatorPrincipalID: "operator",
            restoreIntent: Digest(hashing: [], algorithm: .blake3)
        )
        // The first acquisition makes the epoch file as well.
        try lock.acquire(request).release()
        try arena.directory.addFiles(size) { "\(lock.options.form.name).stale-20260501T080000Z-\(hexadecimal($0))" }
        return Contest(
            subject: {
                try arena.nanoseconds {
                    for _ in 0..<count { try lock.acquire(request).release() }
                } / Double(count) / 1000
            },
            floor: { try syncs(arena, count) }
        )
    }

    /// What a marker and an epoch cost that are durable when they have to be, in microseconds: a block that is written
    /// over, a file that is whole before it has its name, the name, and its removal.
    private static func syncs(_ arena: Arena, _ count: Int) throws -> Double {
        let directory = arena.directory
        let epoch = try directory.open("floor.epoch", [.read, .write, .create], permissions: .ownerFile)
        defer { try? epoch.close() }
        let slot = [UInt8](repeating: 0x20, count: 512)
        let marker = [UInt8](repeating: 0x61, count: 600)
        try epoch.writeAll(slot, at: 0)
        try epoch.sync(.full)
        return try arena.nanoseconds {
            for _ in 0..<count {
                try epoch.writeAll(slot, at: 0)
                try epoch.sync(.data)
                let file = try directory.open("floor.tmp", [.write, .create, .exclusive], permissions: .ownerFile)
                try file.writeAll(marker, at: 0)
                try file.sync(.data)
                try file.close()
                try directory.rename("floor.tmp", to: "floor", in: directory, exclusive: true)
                try directory.sync()
                try directory.remove("floor")
                try directory.sync()
            }
        } / Double(count) / 1000
    }

    /// Sixteen digits, as the name of a marker in quarantine ends.
    private static func hexadecimal(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// What a lock on the file `lock` costs in C, in microseconds.
    private static func floor(_ arena: Arena, _ count: Int) -> Double {
        let path = "\(arena.path)/lock"
        return arena.nanoseconds {
            for _ in 0..<count {
                let descriptor = Int32(unsafe path.withCString { unsafe cposix_open_path($0) })
                precondition(cposix_flock(descriptor, 1, 0) == 0, "the lock is free")
                var status = cposix_status()
                precondition(unsafe cposix_fstat(descriptor, &status) == 0, "a file that is open")
                _ = cposix_close(descriptor)
            }
        } / Double(count) / 1000
    }
}
