import CrashTesting
import FileSystemSeam

/// Bugs of recovery, and of what it trusts.
extension PlantedBugs {
    static let recoveries: [PlantedBug] = [
        PlantedBug(
            number: 21,
            title: "newer log synced, older not: recovery crosses the hole",
            missing: ["sync of log-1 before operation 5 `write log-2`", "sync of log-1 before the acknowledgement"]
        ) { isBuggy in
            Toy(
                prepare: {
                    try $0.put("log-1", [])
                    try $0.put("log-2", [])
                },
                work: { _, directory, acknowledge in
                    try directory.put("log-1", Record.encode(1), sync: isBuggy ? nil : .data)
                    try directory.put("log-2", Record.encode(2))
                    acknowledge(1)
                    acknowledge(2)
                },
                recover: { _, directory in
                    let older = Record.decode(try directory.contents("log-1") ?? [])
                    return older + Record.decode(try directory.contents("log-2") ?? [])
                },
                check: { recovered, acknowledged in
                    let isWhole = recovered == Array([1, 2].prefix(recovered.count))
                    try CheckFailure.unless(
                        isWhole && recovered.count >= acknowledged.count,
                        "\(recovered) after \(acknowledged)"
                    )
                }
            )
        },
        PlantedBug(
            number: 22,
            title: "recovery not idempotent",
            missing: [notAtomic],
            says: "the recovery was crashed too"
        ) { isBuggy in
            Toy(
                prepare: Toy.one,
                // The log says what to add, or what the result is.
                work: Toy.logging(isBuggy ? 4 : 5, for: 5),
                recover: { _, directory in
                    let value = try directory.contents("value")?.first ?? 0
                    guard let entry = try directory.contents("log")?.first else { return [value] }
                    try directory.put("value", [isBuggy ? value + entry : entry])
                    try directory.remove("log")
                    try directory.sync()
                    return try directory.contents("value") ?? []
                },
                check: Toy.oneToFive
            )
        },
        PlantedBug(
            number: 23,
            title: "recovery acts on unsynced repairs, then deletes the evidence",
            missing: ["sync of value before recovery operation 7 `remove log`"]
        ) { isBuggy in
            Toy(
                prepare: Toy.one,
                work: Toy.logging(5, for: 5),
                recover: { _, directory in
                    if let entry = try directory.contents("log") {
                        try directory.put("value", entry, sync: isBuggy ? nil : .data)
                        try directory.remove("log")
                        try directory.sync()
                    }
                    return try directory.contents("value") ?? []
                },
                check: Toy.oneToFive
            )
        },
        PlantedBug(
            number: 25,
            title: "PID lock file stale after a kill",
            missing: [notAtomic],
            says: "locked by process"
        ) { isBuggy in
            Toy(
                work: { fileSystem, directory, acknowledge in
                    try lock(fileSystem, directory, isBuggy)
                    try directory.replace("value", [1])
                    acknowledge(1)
                },
                recover: { fileSystem, directory in
                    try lock(fileSystem, directory, isBuggy)
                    let value = try directory.contents("value") ?? []
                    try directory.removeIfThere("lock")
                    return value
                },
                check: Toy.register
            )
        },
        PlantedBug(
            number: 26,
            title: "plain fsync taken as durable under apfs",
            missing: [
                "sync(.full) of tmp instead of sync(.driveOnly) in operation 4 `sync tmp`",
                "sync(.full) of tmp instead of sync(.driveOnly) in operation 9 `sync tmp`",
            ],
            model: .apfs
        ) { isBuggy in
            replacing(syncsFile: true, syncsDirectory: true, level: isBuggy ? .driveOnly : .full)
        },
        PlantedBug(
            number: 27,
            title: "zero-byte main file makes recovery delete a valid log",
            missing: [notAtomic],
            says: "read [] after"
        ) { isBuggy in
            Toy(
                work: { _, directory, acknowledge in
                    try directory.put("main", [])
                    try directory.put("log", [])
                    try directory.sync()
                    let log = try directory.file("log")
                    try Record.append(1, to: log)
                    acknowledge(1)
                    try directory.put("main", Record.encode(1))
                },
                recover: { _, directory in
                    if isBuggy, try directory.contents("main")?.isEmpty ?? true {
                        // "A new store: whatever log there is belongs to something else."
                        try directory.removeIfThere("log")
                    }
                    let logged = Record.decode(try directory.contents("log") ?? [])
                    return logged.isEmpty ? Record.decode(try directory.contents("main") ?? []) : logged
                },
                check: Toy.log
            )
        },
        PlantedBug(
            number: 28,
            title: "mtime used as a version",
            missing: [
                "sync(.full) of even before the acknowledgement; sync(.data) leaves times out",
                "sync(.full) of odd before the acknowledgement; sync(.data) leaves times out", torn,
            ]
        ) { isBuggy in
            let encode: @Sendable (UInt8) -> [UInt8] = { [$0, $0 ^ 0xFF] }
            return Toy(
                prepare: {
                    try $0.put("even", [])
                    try $0.put("odd", [])
                },
                work: { fileSystem, directory, acknowledge in
                    for value in 1...3 as ClosedRange<UInt8> {
                        fileSystem.sleep(nanoseconds: 10_000_000)
                        try directory.put(value % 2 == 0 ? "even" : "odd", encode(value))
                        acknowledge(value)
                    }
                },
                recover: { _, directory in
                    var best: (value: UInt8, time: WallClockTime)?
                    for name in ["even", "odd"] {
                        let bytes = try directory.contents(name) ?? []
                        guard bytes.count == 2, bytes[1] == bytes[0] ^ 0xFF else { continue }
                        // The twin never looks at times: the value says itself how new it is.
                        let time =
                            isBuggy
                            ? try directory.status(of: name).modified
                            : WallClockTime(nanosecondsSinceEpoch: Int64(bytes[0]))
                        if best == nil || best!.time < time { best = (bytes[0], time) }
                    }
                    return best.map { [$0.value] } ?? []
                },
                check: Toy.register
            )
        },
    ]

    private static func lock(_ fileSystem: any FileSystem, _ directory: any Directory, _ isBuggy: Bool) throws {
        if isBuggy {
            do throws(FileSystemError) {
                _ = try directory.open("lock", [.write, .create, .exclusive], permissions: .ownerFile)
            } catch {
                throw ToyError(description: "locked by process ?")
            }
        } else if try !directory.lock(.exclusive, blocking: false) {
            throw ToyError(description: "locked by another process")
        }
    }
}
