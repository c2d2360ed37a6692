import FileSystemSeam

extension LitmusProgram {
    /// Space that is there before what is written into it, and lengths that change without a write.
    static let space: [LitmusProgram] = [
        LitmusProgram(
            description: "allocate",
            prepare: { try put($0, "a", sectors("A"), synced: true) },
            run: { try $0.open("a", [.write], permissions: .ownerFile).allocate(to: 1024) },
            outcomes: ["posixMinimal": ["a=[A]", "a=[A·]"]]
        ),
        LitmusProgram(
            description: "allocate and write there",
            prepare: { try put($0, "a", sectors("A"), synced: true) },
            run: {
                let file = try $0.open("a", [.write], permissions: .ownerFile)
                try file.allocate(to: 4608)
                try file.writeText(sectors("B"), at: 512)
                try file.writeText(sectors("C"), at: 4096)
            },
            // What is written below the length is not ordered after it: without the length nothing of it shows.
            outcomes: [
                "posixMinimal": [
                    "a=[A]", "a=[A········]", "a=[AB·······]", "a=[A·······C]", "a=[AB······C]",
                ]
            ]
        ),
        LitmusProgram(
            description: "overwrite zeros across blocks",
            prepare: { try put($0, "a", String(repeating: "\0", count: 8192), synced: true) },
            run: { try $0.open("a", [.write], permissions: .ownerFile).writeText(sectors("BC"), at: 3584) },
            outcomes: [
                "posixMinimal": [
                    "a=[················]", "a=[·······B········]", "a=[········C·······]", "a=[·······BC·······]",
                ]
            ]
        ),
        LitmusProgram(
            description: "overwrite allocated space across blocks",
            prepare: {
                try put($0, "a", "")
                let file = try $0.open("a", [.write], permissions: .ownerFile)
                try file.allocate(to: 8192)
                try file.sync(.full)
            },
            run: { try $0.open("a", [.write], permissions: .ownerFile).writeText(sectors("BC"), at: 3584) },
            outcomes: [
                "posixMinimal": [
                    "a=[················]", "a=[·······B········]", "a=[········C·······]", "a=[·······BC·······]",
                ]
            ]
        ),
        LitmusProgram(
            description: "overwrite zeros across blocks, sync(.data), and again",
            prepare: { try put($0, "a", String(repeating: "\0", count: 8192), synced: true) },
            run: {
                let file = try $0.open("a", [.write], permissions: .ownerFile)
                try file.writeText(sectors("BC"), at: 3584)
                try file.sync(.data)
                try file.writeText(sectors("DE"), at: 4096)
            },
            outcomes: [
                "posixMinimal": [
                    "a=[·······BC·······]", "a=[·······BD·······]", "a=[·······BCE······]", "a=[·······BDE······]",
                ]
            ]
        ),
        LitmusProgram(
            description: "grow by truncation",
            prepare: { try put($0, "a", sectors("A"), synced: true) },
            run: { try $0.open("a", [.write], permissions: .ownerFile).truncate(to: 1024) },
            outcomes: ["posixMinimal": ["a=[A]", "a=[A·]"]]
        ),
        LitmusProgram(
            description: "cut off a block and grow by truncation",
            prepare: { try put($0, "a", sectors("AAAAAAAAB"), synced: true) },
            run: {
                let file = try $0.open("a", [.write], permissions: .ownerFile)
                try file.truncate(to: 4096)
                try file.truncate(to: 5120)
            },
            // Where a length and the sectors it frees are apart, the last length may come before the zeros.
            outcomes: [
                "posixMinimal": [
                    "a=[AAAAAAAAB]", "a=[AAAAAAAA·]", "a=[AAAAAAAA]", "a=[AAAAAAAAB·]", "a=[AAAAAAAA··]",
                ],
                "ext4Ordered": ["a=[AAAAAAAAB]", "a=[AAAAAAAA]", "a=[AAAAAAAA··]"],
                "xfs": ["a=[AAAAAAAAB]", "a=[AAAAAAAA]", "a=[AAAAAAAA··]"],
            ]
        ),
        // The rest of the block is zeroed before the shorter length is there.
        LitmusProgram(
            description: "cut within a block and grow by truncation",
            prepare: { try put($0, "a", sectors("AB"), synced: true) },
            run: {
                let file = try $0.open("a", [.write], permissions: .ownerFile)
                try file.truncate(to: 512)
                try file.truncate(to: 1536)
            },
            outcomes: [
                "posixMinimal": ["a=[AB]", "a=[A·]", "a=[A]", "a=[AB·]", "a=[A··]"],
                "ext4Ordered": ["a=[AB]", "a=[A·]", "a=[A]", "a=[A··]"],
                "xfs": ["a=[AB]", "a=[A·]", "a=[A]", "a=[A··]"],
            ]
        ),
    ]
}
