import CrashTesting
import FileSystemSeam

/// Bugs of names: what is renamed, linked or made without being made durable.
extension PlantedBugs {
    static let names: [PlantedBug] = [
        PlantedBug(
            number: 1,
            title: "temp and rename with no file sync",
            missing: [
                "sync of tmp before operation 4 `rename tmp`", "sync of tmp before operation 8 `rename tmp`",
                "sync of tmp before the acknowledgement",
            ]
        ) {
            isBuggy in
            replacing(syncsFile: !isBuggy, syncsDirectory: true)
        },
        PlantedBug(
            number: 2,
            title: "rename with no directory sync, then ack",
            missing: ["sync of directory / before the acknowledgement"]
        ) { isBuggy in
            replacing(syncsFile: true, syncsDirectory: !isBuggy)
        },
        PlantedBug(
            number: 3,
            title: "new segment never directory-synced",
            missing: ["sync of directory / before the acknowledgement"]
        ) { isBuggy in
            Toy(
                work: { _, directory, acknowledge in
                    for value in 1...2 as ClosedRange<UInt8> {
                        try directory.put("segment-\(value)", Record.encode(value))
                        if !isBuggy { try directory.sync() }
                        acknowledge(value)
                    }
                },
                recover: { _, directory in
                    var values: [UInt8] = []
                    for name in try directory.names() {
                        values += Record.decode(try directory.contents(name) ?? [])
                    }
                    return values
                },
                check: Toy.log
            )
        },
        PlantedBug(
            number: 4,
            title: "mkdir chain, only the leaf synced",
            missing: [
                "sync of directory / before the acknowledgement", "sync of directory a before the acknowledgement",
            ]
        ) { isBuggy in
            Toy(
                work: { _, directory, acknowledge in
                    try directory.makeDirectory("a", permissions: .ownerDirectory)
                    let outer = try directory.subdirectory("a")
                    try outer.makeDirectory("b", permissions: .ownerDirectory)
                    let inner = try outer.subdirectory("b")
                    try inner.put("value", [1])
                    try inner.sync()
                    if !isBuggy {
                        try outer.sync()
                        try directory.sync()
                    }
                    acknowledge(1)
                },
                recover: { _, directory in
                    guard try directory.names().contains("a") else { return [] }
                    let outer = try directory.subdirectory("a")
                    guard try outer.names().contains("b") else { return [] }
                    return try outer.subdirectory("b").contents("value") ?? []
                },
                check: { recovered, acknowledged in
                    try CheckFailure.unless(acknowledged.isEmpty || recovered == [1], "the tree is gone")
                }
            )
        },
        PlantedBug(
            number: 5,
            title: "cross-directory rename, one parent synced",
            missing: ["sync of directory done before the acknowledgement"]
        ) { isBuggy in
            Toy(
                prepare: { directory in
                    try directory.makeDirectory("inbox", permissions: .ownerDirectory)
                    try directory.makeDirectory("done", permissions: .ownerDirectory)
                    try directory.subdirectory("inbox").put("job", [1])
                },
                work: { _, directory, acknowledge in
                    let inbox = try directory.subdirectory("inbox")
                    let done = try directory.subdirectory("done")
                    try inbox.rename("job", to: "job", in: done, exclusive: false)
                    if !isBuggy { try done.sync() }
                    try inbox.sync()
                    acknowledge(1)
                },
                recover: { _, directory in
                    try directory.subdirectory("done").contents("job") ?? []
                },
                check: { recovered, acknowledged in
                    try CheckFailure.unless(acknowledged.isEmpty || recovered == [1], "the finished job is gone")
                }
            )
        },
        PlantedBug(number: 6, title: "replace by unlink and link", missing: [notAtomic]) { isBuggy in
            Toy(
                prepare: { try $0.replace("current", [1]) },
                work: { _, directory, acknowledge in
                    acknowledge(1)
                    try directory.put("tmp", [2])
                    if isBuggy {
                        try directory.remove("current")
                        try directory.sync()
                        try directory.link("tmp", to: "current", in: directory)
                        try directory.sync()
                        try directory.remove("tmp")
                    } else {
                        try directory.rename("tmp", to: "current", in: directory, exclusive: false)
                    }
                    try directory.sync()
                    acknowledge(2)
                },
                recover: { _, directory in try directory.contents("current") ?? [] },
                check: Toy.register
            )
        },
        PlantedBug(
            number: 9,
            title: "old file unlinked before the new manifest is durable",
            missing: ["sync of directory / before operation 10 `remove data-1`"]
        ) { isBuggy in
            Toy(
                prepare: {
                    try $0.put("data-1", [1])
                    try $0.replace("manifest", [1])
                },
                work: { _, directory, acknowledge in
                    acknowledge(1)
                    try directory.put("data-2", [2])
                    try directory.sync()
                    try directory.put("tmp", [2])
                    try directory.rename("tmp", to: "manifest", in: directory, exclusive: false)
                    if !isBuggy { try directory.sync() }
                    try directory.remove("data-1")
                    try directory.sync()
                    acknowledge(2)
                },
                recover: { _, directory in
                    guard let version = try directory.contents("manifest")?.first else { return [] }
                    guard let value = try directory.contents("data-\(version)") else {
                        throw ToyError(description: "the manifest names data-\(version), which is not there")
                    }
                    return value
                },
                check: Toy.register
            )
        },
    ]

    /// The register that is replaced as a whole.
    static func replacing(
        syncsFile: Bool,
        syncsDirectory: Bool,
        level: SyncLevel = .data
    ) -> Toy {
        Toy(
            work: { _, directory, acknowledge in
                for value in 1...2 as ClosedRange<UInt8> {
                    try directory.put("tmp", [value], sync: syncsFile ? level : nil)
                    try directory.rename("tmp", to: "current", in: directory, exclusive: false)
                    if syncsDirectory { try directory.sync() }
                    acknowledge(value)
                }
            },
            recover: { _, directory in
                guard let value = try directory.contents("current") else { return [] }
                if value.count != 1 || value[0] == 0 { throw ToyError(description: "current holds \(value)") }
                return value
            },
            check: Toy.register
        )
    }
}
