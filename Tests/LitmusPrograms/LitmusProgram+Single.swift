import FileSystemSeam

extension LitmusProgram {
    /// One change of a name or of an attribute, alone, with and without its sync.
    static let single: [LitmusProgram] = [
        LitmusProgram(
            description: "make a directory",
            run: { try $0.makeDirectory("x", permissions: .ownerDirectory) },
            outcomes: ["posixMinimal": ["-", "x/"]]
        ),
        LitmusProgram(
            description: "remove a directory",
            prepare: { try $0.makeDirectory("x", permissions: .ownerDirectory) },
            run: { try $0.removeDirectory("x") },
            outcomes: ["posixMinimal": ["x/", "-"]]
        ),
        LitmusProgram(
            description: "make a directory and remove another",
            prepare: { try $0.makeDirectory("x", permissions: .ownerDirectory) },
            run: {
                try $0.makeDirectory("y", permissions: .ownerDirectory)
                try $0.removeDirectory("x")
            },
            outcomes: [
                "posixMinimal": ["x/", "x/ y/", "y/", "-"],
                "ext4Ordered": ["x/", "x/ y/", "y/"],
            ]
        ),
        LitmusProgram(
            description: "remove a directory, its parent synced",
            prepare: { try $0.makeDirectory("x", permissions: .ownerDirectory) },
            run: {
                try $0.removeDirectory("x")
                try $0.sync()
            },
            outcomes: ["posixMinimal": ["-"]]
        ),
        LitmusProgram(
            description: "remove a file",
            prepare: { try put($0, "a", "A", synced: true) },
            run: { try $0.remove("a") },
            outcomes: ["posixMinimal": ["a=A", "-"]]
        ),
        LitmusProgram(
            description: "remove a file, its directory synced",
            prepare: { try put($0, "a", "A", synced: true) },
            run: {
                try $0.remove("a")
                try $0.sync()
            },
            outcomes: ["posixMinimal": ["-"]]
        ),
        LitmusProgram(
            description: "change permissions",
            prepare: { try put($0, "a", "A", synced: true) },
            run: { try $0.open("a", [.write], permissions: .ownerFile).setPermissions(Permissions(rawValue: 0o400)) },
            outcomes: ["posixMinimal": ["a=A", "a(400)=A"]]
        ),
        LitmusProgram(
            description: "write, change permissions, sync(.data)",
            prepare: { try put($0, "a", "A", synced: true) },
            run: { try change($0, .data) },
            // The contents are durable, the permissions are not.
            outcomes: ["posixMinimal": ["a=B", "a(400)=B"]]
        ),
        LitmusProgram(
            description: "write, change permissions, sync(.full)",
            prepare: { try put($0, "a", "A", synced: true) },
            run: { try change($0, .full) },
            outcomes: ["posixMinimal": ["a(400)=B"]]
        ),
    ]

    private static func change(_ directory: any Directory, _ level: SyncLevel) throws {
        let file = try directory.open("a", [.write], permissions: .ownerFile)
        try file.writeText("B")
        try file.setPermissions(Permissions(rawValue: 0o400))
        try file.sync(level)
    }
}
