import CrashTesting
import FileSystemSeam

/// Bugs in how failures of the file system are taken.
extension PlantedBugs {
    static let faults: [PlantedBug] = [
        PlantedBug(
            number: 15,
            title: "fsync retried after EIO, then acked",
            missing: ["giving up log after the failed operation 4 `sync log`; a retry proves nothing"],
            faults: .on(.sync, 1, .error(.inputOutput))
        ) { isBuggy in
            syncing { file in
                do throws(FileSystemError) { try file.sync(.data) } catch {
                    if !isBuggy { throw error }
                    try file.sync(.data)
                }
            }
        },
        PlantedBug(
            number: 16,
            title: "fsync error swallowed in close",
            missing: ["giving up log after the failed operation 4 `sync log`; a retry proves nothing"],
            faults: .on(.sync, 1, .error(.inputOutput))
        ) { isBuggy in
            syncing { file in
                if isBuggy { try? file.sync(.data) } else { try file.sync(.data) }
                try file.close()
            }
        },
        PlantedBug(
            number: 17,
            title: "fsync on another inode after rename",
            missing: ["sync of log before the acknowledgement"]
        ) { isBuggy in
            Toy(
                work: { _, directory, acknowledge in
                    try directory.put("log", Record.encode(1), sync: isBuggy ? nil : .data)
                    try directory.rename("log", to: "log.1", in: directory, exclusive: false)
                    try directory.put("log", [])
                    try directory.sync()
                    acknowledge(1)
                },
                recover: { _, directory in
                    let old = Record.decode(try directory.contents("log.1") ?? [])
                    return old + Record.decode(try directory.contents("log") ?? [])
                },
                check: Toy.log
            )
        },
        PlantedBug(
            number: 18,
            title: "close assumed durable",
            missing: ["sync of log before the acknowledgement"]
        ) { isBuggy in
            syncing { file in
                if !isBuggy { try file.sync(.data) }
                try file.close()
            }
        },
        PlantedBug(
            number: 19,
            title: "short write taken as full, EINTR loses bytes",
            missing: [
                "going on after a write of 300 of the bytes, and a recovery that understands what is there until then"
            ],
            says: "read [] after acknowledging [1]",
            faults: FaultPlan([
                FaultPlan.Entry(.write, occurrence: 1, .short(bytes: 300)),
                FaultPlan.Entry(.write, occurrence: 2, .error(.interrupted)),
            ])
        ) { isBuggy in
            Toy(
                prepare: { try $0.put("log", []) },
                work: { _, directory, acknowledge in
                    let log = try directory.file("log")
                    let record = Record.encode(1)
                    if isBuggy { _ = try log.write(record.span, at: 0) } else { try log.writeAll(record, 0) }
                    try log.sync(.data)
                    acknowledge(1)
                },
                recover: { _, directory in Record.decode(try directory.contents("log") ?? []) },
                check: Toy.log
            )
        },
        PlantedBug(
            number: 20,
            title: "ENOSPC in mid-batch leaves a half commit that replays",
            missing: ["a way back, or a recovery that understands what is left, after write failed"],
            says: "refused batch",
            faults: .on(.write, 5, .error(.noSpace))
        ) { isBuggy in
            Toy(
                prepare: { try $0.put("log", []) },
                work: { _, directory, acknowledge in
                    let log = try directory.file("log")
                    // Each batch: two records and a commit mark. The second record of the second one fails.
                    for batch in 1...3 as ClosedRange<UInt8> {
                        let start = try log.size()
                        do throws(FileSystemError) {
                            for byte in [batch, batch, 0xC0] {
                                let bytes = [byte, byte ^ 0xFF]
                                _ = try log.write(bytes.span, at: try log.status().size)
                            }
                            try log.sync(.data)
                            acknowledge(batch)
                        } catch {
                            if !isBuggy {
                                try log.truncate(to: start)
                                try log.sync(.data)
                            }
                        }
                    }
                },
                recover: { _, directory in
                    let bytes = try directory.contents("log") ?? []
                    var committed: [UInt8] = []
                    var pending: [UInt8] = []
                    for start in stride(from: 0, to: bytes.count - 1, by: 2) {
                        if bytes[start + 1] != bytes[start] ^ 0xFF { break }
                        if bytes[start] == 0xC0 {
                            committed += pending
                            pending = []
                        } else {
                            pending.append(bytes[start])
                        }
                    }
                    return committed
                },
                check: { recovered, acknowledged in
                    var expected = acknowledged.flatMap { [$0, $0] }
                    try CheckFailure.unless(!recovered.contains(2), "a refused batch is back: \(recovered)")
                    if recovered == expected { return }
                    let next: UInt8 = acknowledged.isEmpty ? 1 : 3
                    expected += [next, next]
                    try CheckFailure.unless(recovered == expected, "\(recovered) after \(acknowledged)")
                }
            )
        },
        PlantedBug(
            number: 29,
            title: "lying fsync: loss is allowed, corruption is not",
            missing: ["a device that does not lie in operation 5 `sync log`"],
            faults: .on(.sync, 1, .lyingSync)
        ) { isBuggy in
            Toy(
                prepare: Toy.emptyLogAndCount,
                work: Toy.countedLog(syncingCount: .data),
                recover: { _, directory in
                    let bytes = try directory.contents("log") ?? []
                    if !isBuggy { return Record.decode(bytes) }
                    // The count was synced after the records, so they "must" be right.
                    let count = Int(try directory.contents("count")?.first ?? 0)
                    return (0..<count).map { $0 * Record.size < bytes.count ? bytes[$0 * Record.size] : 0 }
                },
                check: Toy.noCorruption
            )
        },
    ]

    /// A log of one record whose sync is the given function.
    static func syncing(_ sync: @escaping @Sendable (any File) throws -> Void) -> Toy {
        Toy(
            prepare: { try $0.put("log", []) },
            work: { _, directory, acknowledge in
                let log = try directory.put("log", Record.encode(1), sync: nil)
                try sync(log)
                acknowledge(1)
            },
            recover: { _, directory in Record.decode(try directory.contents("log") ?? []) },
            check: Toy.log
        )
    }
}
