import CrashTesting
import FileSystemSeam

/// Bugs of contents: bytes that are half there, or trusted without proof.
extension PlantedBugs {
    static let contents: [PlantedBug] = [
        PlantedBug(number: 7, title: "truncate, then rewrite in place", missing: [notAtomic]) { isBuggy in
            Toy(
                prepare: { try $0.replace("value", [1]) },
                work: { _, directory, acknowledge in
                    acknowledge(1)
                    if isBuggy {
                        let file = try directory.file("value", [.write, .truncate])
                        try file.writeAll([2], 0)
                        try file.sync(.data)
                    } else {
                        try directory.replace("value", [2])
                    }
                    acknowledge(2)
                },
                recover: { _, directory in try directory.contents("value") ?? [] },
                check: Toy.register
            )
        },
        PlantedBug(
            number: 8,
            title: "index durable before data",
            missing: [
                "sync of data before operation 5 `write index`", "sync of data before operation 11 `write index`",
            ]
        ) { isBuggy in
            Toy(
                prepare: {
                    try $0.put("data", [])
                    try $0.put("index", [0])
                },
                work: { _, directory, acknowledge in
                    for value in 1...2 as ClosedRange<UInt8> {
                        let data = try directory.file("data")
                        try data.writeAll([value], Int64(value) - 1)
                        if !isBuggy { try data.sync(.data) }
                        try directory.put("index", [value])
                        if isBuggy { try data.sync(.data) }
                        acknowledge(value)
                    }
                },
                recover: { _, directory in
                    let count = Int(try directory.contents("index")?.first ?? 0)
                    let data = try directory.contents("data") ?? []
                    if data.count < count { throw ToyError(description: "index \(count), data \(data.count)") }
                    return Array(data[0..<count])
                },
                check: Toy.log
            )
        },
        PlantedBug(
            number: 10,
            title: "stale sidecar trusted after a newer log",
            missing: ["sync of count before the acknowledgement"]
        ) { isBuggy in
            Toy(
                prepare: Toy.emptyLogAndCount,
                work: Toy.countedLog(syncingCount: nil),
                recover: { _, directory in
                    let values = Record.decode(try directory.contents("log") ?? [])
                    let count = Int(try directory.contents("count")?.first ?? 0)
                    return isBuggy ? Array(values.prefix(count)) : values
                },
                check: Toy.log
            )
        },
        PlantedBug(number: 11, title: "torn multi-sector record with no checksum", missing: [torn]) { isBuggy in
            logging { bytes in
                if !isBuggy { return Record.decode(bytes) }
                return (0..<bytes.count / Record.size).map { index in
                    let record = bytes[index * Record.size..<(index + 1) * Record.size - 4]
                    // Zeros are seen as a torn record; a half-written one is not.
                    return record.allSatisfy { $0 == record.first } ? record.first ?? 0 : 0xEE
                }.filter { $0 != 0 }
            }
        },
        PlantedBug(
            number: 12,
            title: "torn-tail glue: append after an untruncated torn tail",
            missing: [torn],
            says: "the new record is lost"
        ) { isBuggy in
            Toy(
                prepare: { try $0.put("log", []) },
                work: { _, directory, acknowledge in
                    let log = try directory.file("log")
                    for value in 1...2 as ClosedRange<UInt8> {
                        try Record.append(value, to: log)
                        acknowledge(value)
                    }
                },
                recover: { _, directory in
                    let values = Record.decode(try directory.contents("log") ?? [])
                    let log = try directory.file("log")
                    if values.last == 99 { return values }
                    if !isBuggy {
                        try log.truncate(to: Int64(values.count * Record.size))
                        try log.sync(.data)
                    }
                    let end = try log.size()
                    try log.writeAll(Record.encode(99, at: values.count), end)
                    try log.sync(.data)
                    return Record.decode(try directory.contents("log") ?? [])
                },
                check: { recovered, acknowledged in
                    try CheckFailure.unless(recovered.last == 99, "the new record is lost: \(recovered)")
                    try Toy.log(recovered.dropLast(), acknowledged)
                }
            )
        },
        PlantedBug(
            number: 13,
            title: "zero tail parsed as a valid empty record",
            missing: [torn],
            says: "read [0, 0] after"
        ) { isBuggy in
            let encode: @Sendable (UInt8) -> [UInt8] = { [1, $0, 1 ^ $0] }
            return Toy(
                prepare: { try $0.put("log", []) },
                work: { _, directory, acknowledge in
                    let log = try directory.file("log")
                    for value in 1...2 as ClosedRange<UInt8> {
                        try log.writeAll(encode(value), try log.size())
                        try log.sync(.data)
                        acknowledge(value)
                    }
                },
                recover: { _, directory in
                    let bytes = try directory.contents("log") ?? []
                    var values: [UInt8] = []
                    var start = 0
                    while start < bytes.count {
                        let length = Int(bytes[start])
                        if length == 0 {
                            // No payload, checksum zero: "valid".
                            if !isBuggy { break }
                            values.append(0)
                            start += 2
                            continue
                        }
                        guard start + 3 <= bytes.count, bytes[start + 2] == bytes[start] ^ bytes[start + 1] else {
                            break
                        }
                        values.append(bytes[start + 1])
                        start += 3
                    }
                    return values
                },
                check: Toy.log
            )
        },
        PlantedBug(
            number: 14,
            title: "checksum omits position, so a misdirected write passes",
            missing: ["a checksum over the bytes and their place, compared before they are believed"],
            says: "slot 0 holds 2",
            faults: .on(.write, 2, .misdirectedWrite(sectors: -1))
        ) { isBuggy in
            let encode: @Sendable (UInt8, Int) -> [UInt8] = { value, slot in
                [value] + Record.checksum([value], isBuggy ? 0 : slot)
            }
            return Toy(
                work: { _, directory, acknowledge in
                    let file = try directory.file("slots")
                    try directory.sync()
                    for slot in 0..<2 {
                        try file.writeAll(encode(UInt8(slot + 1), slot), Int64(slot * 512))
                        try file.sync(.data)
                        acknowledge(UInt8(slot + 1))
                    }
                },
                recover: { _, directory in
                    let bytes = try directory.contents("slots") ?? []
                    var values: [UInt8] = []
                    for slot in 0..<2 where slot * 512 + 5 <= bytes.count {
                        let stored = Array(bytes[slot * 512..<slot * 512 + 5])
                        values.append(stored == encode(stored[0], slot) ? stored[0] : 0)
                    }
                    return values
                },
                check: { recovered, _ in
                    for (slot, value) in recovered.enumerated() where value != 0 {
                        try CheckFailure.unless(Int(value) == slot + 1, "slot \(slot) holds \(value)")
                    }
                }
            )
        },
    ]

    /// A log of records, decoded as given.
    static func logging(_ decode: @escaping @Sendable ([UInt8]) -> [UInt8]) -> Toy {
        Toy(
            prepare: { try $0.put("log", []) },
            work: { _, directory, acknowledge in
                let log = try directory.file("log")
                for value in 1...2 as ClosedRange<UInt8> {
                    try Record.append(value, to: log)
                    acknowledge(value)
                }
            },
            recover: { _, directory in decode(try directory.contents("log") ?? []) },
            check: Toy.log
        )
    }
}
