import FileSystemSeam

extension LitmusProgram {
    /// Every program, in the order in which reports list them.
    package static let all: [LitmusProgram] = common + space + single + syncs

    /// What stores do most, and what their file systems differ in.
    private static let common: [LitmusProgram] = [
        LitmusProgram(
            description: "create and sync the file only",
            run: { try put($0, "a", "A", synced: true) },
            outcomes: [
                "posixMinimal": ["-", "a=A"], "ext4Ordered": ["a=A"], "xfs": ["a=A"],
            ]
        ),
        LitmusProgram(
            description: "create and sync(.data) the file only",
            run: { directory in
                let file = try directory.open("a", [.write, .create], permissions: .ownerFile)
                try file.writeText("A")
                try file.sync(.data)
            },
            outcomes: ["posixMinimal": ["-", "a=A"]]
        ),
        LitmusProgram(
            description: "create, write, sync the directory only",
            run: {
                try put($0, "a", "A")
                try $0.sync()
            },
            outcomes: [
                "posixMinimal": ["a=", "a=·", "a=A"], "xfs": ["a=", "a=A"],
            ]
        ),
        LitmusProgram(
            description: "append within a sector",
            prepare: { try put($0, "a", "A", synced: true) },
            run: { try put($0, "a", "AB") },
            outcomes: [
                "posixMinimal": ["a=A", "a=A·", "a=AB"], "xfs": ["a=A", "a=AB"],
            ]
        ),
        LitmusProgram(
            description: "append a sector within a block",
            prepare: { try put($0, "a", sectors("A"), synced: true) },
            run: { try put($0, "a", sectors("AB")) },
            outcomes: [
                "posixMinimal": ["a=[A]", "a=[A·]", "a=[AB]"], "xfs": ["a=[A]", "a=[AB]"],
            ]
        ),
        LitmusProgram(
            description: "append across a block boundary",
            prepare: { try put($0, "a", sectors("AAAAAAAA"), synced: true) },
            run: { try put($0, "a", sectors("AAAAAAAABC")) },
            outcomes: [
                "posixMinimal": [
                    "a=[AAAAAAAA]", "a=[AAAAAAAA··]", "a=[AAAAAAAAB·]", "a=[AAAAAAAA·C]", "a=[AAAAAAAABC]",
                ],
                "ext4Ordered": ["a=[AAAAAAAA]", "a=[AAAAAAAA··]", "a=[AAAAAAAABC]"],
                "xfs": ["a=[AAAAAAAA]", "a=[AAAAAAAABC]"],
            ]
        ),
        LitmusProgram(
            description: "append to the end of a block and beyond in one write",
            prepare: { try put($0, "a", sectors("AAAAAAA"), synced: true) },
            run: { try put($0, "a", sectors("AAAAAAABC")) },
            outcomes: [
                "posixMinimal": [
                    "a=[AAAAAAA]", "a=[AAAAAAA·]", "a=[AAAAAAAB]", "a=[AAAAAAA··]", "a=[AAAAAAAB·]", "a=[AAAAAAA·C]",
                    "a=[AAAAAAABC]",
                ],
                "xfs": ["a=[AAAAAAA]", "a=[AAAAAAAB]", "a=[AAAAAAABC]"],
            ]
        ),
        LitmusProgram(
            description: "append two new blocks in one write",
            prepare: { try put($0, "a", "", synced: true) },
            run: { try put($0, "a", sectors("BBBBBBBBC")) },
            outcomes: [
                "posixMinimal": Set(
                    tornSectors("BBBBBBBB").flatMap { ["a=[\($0)]", "a=[\($0)·]", "a=[\($0)C]"] } + ["a="]
                ),
                "ext4Ordered": [
                    "a=", "a=[········]", "a=[BBBBBBBB]", "a=[·········]", "a=[········C]", "a=[BBBBBBBB·]",
                    "a=[BBBBBBBBC]",
                ],
                "xfs": ["a=", "a=[BBBBBBBB]", "a=[BBBBBBBBC]"],
            ]
        ),
        LitmusProgram(
            description: "append twice to a new block",
            prepare: { try put($0, "a", sectors("AAAAAAAA"), synced: true) },
            run: {
                let file = try $0.open("a", [.write], permissions: .ownerFile)
                try file.writeText(sectors("B"), at: 4096)
                try file.writeText(sectors("C"), at: 4608)
            },
            outcomes: [
                "posixMinimal": [
                    "a=[AAAAAAAA]", "a=[AAAAAAAA·]", "a=[AAAAAAAAB]", "a=[AAAAAAAA··]", "a=[AAAAAAAAB·]",
                    "a=[AAAAAAAA·C]", "a=[AAAAAAAABC]",
                ],
                "ext4Ordered": [
                    "a=[AAAAAAAA]", "a=[AAAAAAAA·]", "a=[AAAAAAAAB]", "a=[AAAAAAAA··]", "a=[AAAAAAAAB·]",
                    "a=[AAAAAAAABC]",
                ],
                "xfs": ["a=[AAAAAAAA]", "a=[AAAAAAAAB]", "a=[AAAAAAAABC]"],
            ]
        ),
        LitmusProgram(
            description: "overwrite two sectors",
            prepare: { try put($0, "a", sectors("AB"), synced: true) },
            run: { try put($0, "a", sectors("CD")) },
            outcomes: ["posixMinimal": ["a=[AB]", "a=[CB]", "a=[AD]", "a=[CD]"]]
        ),
        LitmusProgram(
            description: "overwrite one sector twice",
            prepare: { try put($0, "a", "A", synced: true) },
            run: {
                try put($0, "a", "B")
                try put($0, "a", "C")
            },
            outcomes: ["posixMinimal": ["a=A", "a=B", "a=C"]]
        ),
        LitmusProgram(
            description: "rename after an unsynced write",
            prepare: { try put($0, "b", "B", synced: true) },
            run: {
                try put($0, "a", "A")
                try $0.rename("a", to: "b", in: $0, exclusive: false)
                try $0.sync()
            },
            outcomes: [
                "posixMinimal": ["b=", "b=·", "b=A"], "xfs": ["b=", "b=A"],
            ]
        ),
        LitmusProgram(
            description: "two renames",
            prepare: {
                try put($0, "a", "A", synced: true)
                try put($0, "b", "B", synced: true)
            },
            run: {
                try $0.rename("a", to: "c", in: $0, exclusive: false)
                try $0.rename("b", to: "d", in: $0, exclusive: false)
            },
            outcomes: [
                "posixMinimal": ["a=A b=B", "b=B c=A", "a=A d=B", "c=A d=B"],
                "ext4Ordered": ["a=A b=B", "b=B c=A", "c=A d=B"],
            ]
        ),
        LitmusProgram(
            description: "two creations in different directories",
            prepare: {
                try $0.makeDirectory("x", permissions: .ownerDirectory)
                try $0.makeDirectory("y", permissions: .ownerDirectory)
            },
            run: {
                try put($0.subdirectory("x"), "a", "")
                try put($0.subdirectory("y"), "b", "")
            },
            outcomes: [
                "posixMinimal": ["x/ y/", "x/a= y/", "x/ y/b=", "x/a= y/b="],
                "ext4Ordered": ["x/ y/", "x/a= y/", "x/a= y/b="],
            ]
        ),
        LitmusProgram(
            description: "rename across directories",
            prepare: {
                try $0.makeDirectory("x", permissions: .ownerDirectory)
                try put($0, "a", "A", synced: true)
            },
            run: { try $0.rename("a", to: "b", in: $0.subdirectory("x"), exclusive: false) },
            outcomes: [
                "posixMinimal": ["a=A x/", "a=A x/b=A", "x/", "x/b=A"], "ext4Ordered": ["a=A x/", "x/b=A"],
                "xfs": ["a=A x/", "x/b=A"],
            ]
        ),
        LitmusProgram(
            description: "rename across directories, target synced",
            prepare: {
                try $0.makeDirectory("x", permissions: .ownerDirectory)
                try put($0, "a", "A", synced: true)
            },
            run: {
                let target = try $0.subdirectory("x")
                try $0.rename("a", to: "b", in: target, exclusive: false)
                try target.sync()
            },
            outcomes: ["posixMinimal": ["a=A x/b=A", "x/b=A"], "ext4Ordered": ["x/b=A"], "xfs": ["x/b=A"]]
        ),
        LitmusProgram(
            description: "chain of directories, leaf synced",
            run: {
                try $0.makeDirectory("x", permissions: .ownerDirectory)
                let outer = try $0.subdirectory("x")
                try outer.makeDirectory("y", permissions: .ownerDirectory)
                try outer.sync()
            },
            outcomes: ["posixMinimal": ["-", "x/y/"], "ext4Ordered": ["x/y/"], "xfs": ["x/y/"]]
        ),
        LitmusProgram(
            description: "truncate to nothing",
            prepare: { try put($0, "a", sectors("A"), synced: true) },
            run: { try $0.open("a", [.write], permissions: .ownerFile).truncate(to: 0) },
            outcomes: [
                "posixMinimal": ["a=[A]", "a=[·]", "a="], "ext4Ordered": ["a=[A]", "a="], "xfs": ["a=[A]", "a="],
            ]
        ),
        LitmusProgram(
            description: "link and unlink",
            prepare: { try put($0, "a", "A", synced: true) },
            run: {
                try $0.link("a", to: "b", in: $0)
                try $0.remove("a")
            },
            outcomes: [
                "posixMinimal": ["a=A", "a=A b=A", "-", "b=A"], "ext4Ordered": ["a=A", "a=A b=A", "b=A"],
                "xfs": ["a=A", "a=A b=A", "b=A"],
            ]
        ),
        LitmusProgram(
            description: "plain fsync of an overwrite",
            prepare: { try put($0, "a", "A", synced: true) },
            run: {
                try put($0, "a", "B")
                try $0.open("a", [.write], permissions: .ownerFile).sync(.driveOnly)
            },
            outcomes: ["posixMinimal": ["a=B"], "apfs": ["a=A", "a=B"]]
        ),
        LitmusProgram(
            description: "barrier between two files",
            prepare: {
                try put($0, "a", "A", synced: true)
                try put($0, "b", "A", synced: true)
            },
            run: {
                try put($0, "a", "B")
                try $0.open("a", [.write], permissions: .ownerFile).sync(.barrier)
                try put($0, "b", "B")
            },
            outcomes: [
                "posixMinimal": ["a=A b=A", "a=B b=A", "a=B b=B"], "ext4Ordered": ["a=B b=A", "a=B b=B"],
                "xfs": ["a=B b=A", "a=B b=B"],
            ]
        ),
    ]
}
