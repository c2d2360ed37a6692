import FileSystemSeam

extension LitmusProgram {
    /// What a sync commits beside the thing itself. ext4 commits its journal for every directory, and for a file as far
    /// as its own last change.
    static let syncs: [LitmusProgram] = [
        LitmusProgram(
            description: "rename in one directory, another one synced",
            prepare: {
                try $0.makeDirectory("x", permissions: .ownerDirectory)
                try $0.makeDirectory("y", permissions: .ownerDirectory)
                try put($0.subdirectory("x"), "a", "A", synced: true)
            },
            run: {
                let changed = try $0.subdirectory("x")
                try changed.rename("a", to: "b", in: changed, exclusive: false)
                try $0.subdirectory("y").sync()
            },
            outcomes: ["posixMinimal": ["x/a=A y/", "x/b=A y/"], "ext4Ordered": ["x/b=A y/"]]
        ),
        LitmusProgram(
            description: "rename, an unchanged file synced",
            prepare: { try prepareTwo($0) },
            run: {
                let file = try $0.open("a", [.write], permissions: .ownerFile)
                try $0.rename("b", to: "c", in: $0, exclusive: false)
                try file.sync(.full)
            },
            outcomes: ["posixMinimal": ["a=A b=B", "a=A c=B"]]
        ),
        LitmusProgram(
            description: "overwrite a file, rename another one, sync the first",
            prepare: { try prepareTwo($0) },
            run: {
                let file = try $0.open("a", [.write], permissions: .ownerFile)
                try file.writeText("C")
                try $0.rename("b", to: "c", in: $0, exclusive: false)
                try file.sync(.full)
            },
            outcomes: ["posixMinimal": ["a=C b=B", "a=C c=B"]]
        ),
        LitmusProgram(
            description: "append to a file, rename another one, sync the first",
            prepare: { try prepareTwo($0) },
            run: {
                let file = try $0.open("a", [.write], permissions: .ownerFile)
                try file.writeText("C", at: 1)
                try $0.rename("b", to: "c", in: $0, exclusive: false)
                try file.sync(.full)
            },
            outcomes: ["posixMinimal": ["a=AC b=B", "a=AC c=B"]]
        ),
        LitmusProgram(
            description: "rename a file, append to another one, sync that",
            prepare: { try prepareTwo($0) },
            run: {
                try $0.rename("b", to: "c", in: $0, exclusive: false)
                let file = try $0.open("a", [.write], permissions: .ownerFile)
                try file.writeText("C", at: 1)
                try file.sync(.full)
            },
            outcomes: ["posixMinimal": ["a=AC b=B", "a=AC c=B"], "ext4Ordered": ["a=AC c=B"]]
        ),
        LitmusProgram(
            description: "rename in one directory, create in another one and sync that",
            prepare: {
                try $0.makeDirectory("x", permissions: .ownerDirectory)
                try put($0, "a", "A", synced: true)
            },
            run: {
                try $0.rename("a", to: "b", in: $0, exclusive: false)
                let other = try $0.subdirectory("x")
                try put(other, "c", "")
                try other.sync()
            },
            outcomes: ["posixMinimal": ["a=A x/c=", "b=A x/c="], "ext4Ordered": ["b=A x/c="]]
        ),
    ]

    private static func prepareTwo(_ directory: any Directory) throws {
        try put(directory, "a", "A", synced: true)
        try put(directory, "b", "B", synced: true)
    }
}
