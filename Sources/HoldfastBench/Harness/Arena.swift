package import FileSystemSeam

/// Where a lane runs: a directory of its own on the disk that is measured, and how much work to do.
package struct Arena {
    /// The lane's own directory, empty.
    private(set) package var path: String
    /// The same, opened.
    private(set) package var directory: any Directory
    /// Whose files and clock they are.
    package let fileSystem: any FileSystem
    /// A tenth of the work, for a first look.
    package let isQuick: Bool
    /// Whether this is one of the sizes that are measured for a picture, which takes less work than a value.
    private(set) var isPoint = false
    /// The `holdfast` that lanes start as a process of its own; nil when none was named.
    package let program: String?
    /// The program that does JSON with Foundation; nil when none was named.
    package let foundation: String?

    /// Makes an arena, which has `path` open.
    package init(
        _ path: String,
        _ directory: any Directory,
        _ fileSystem: any FileSystem,
        isQuick: Bool,
        program: String? = nil,
        foundation: String? = nil
    ) {
        self.path = path
        self.directory = directory
        self.fileSystem = fileSystem
        self.isQuick = isQuick
        self.program = program
        self.foundation = foundation
    }

    /// How often to do something: `full` times, a tenth of that when quick, a fifth for a point of a picture.
    package func scaled(_ full: Int) -> Int { max(1, full / (isQuick ? 10 : 1) / (isPoint ? 5 : 1)) }

    /// Where a size is measured for a picture: a directory below this one.
    package func ofPoint(_ size: Int) throws(FileSystemError) -> Arena {
        var arena = self
        arena.directory = try subdirectory("of-\(size)")
        arena.path = "\(path)/of-\(size)"
        arena.isPoint = true
        return arena
    }

    /// How many nanoseconds `body` takes.
    package func nanoseconds(_ body: () throws -> Void) rethrows -> Double {
        let start = fileSystem.monotonicClock().nanoseconds
        try body()
        return Double(fileSystem.monotonicClock().nanoseconds - start)
    }

    /// A directory below the arena's own, made.
    package func subdirectory(_ name: String) throws(FileSystemError) -> any Directory {
        try directory.makeDirectory(name, permissions: .ownerDirectory)
        return try directory.subdirectory(name)
    }
}
