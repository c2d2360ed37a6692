internal import FileSystemSeam

/// Tries syncs, and takes their times.
struct SyncTrial {
    private let scratch: any Directory
    private let fileSystem: any FileSystem
    private let rounds: Int

    init(_ scratch: any Directory, _ fileSystem: any FileSystem, rounds: Int) {
        self.scratch = scratch
        self.fileSystem = fileSystem
        self.rounds = rounds
    }

    func run(_ note: ((inout SyncEvidence) -> Void) -> Void) {
        let levels: [(SyncLevel, WritableKeyPath<SyncEvidence, Evidence<UInt64>>)] = [
            (.full, \.file), (.data, \.data), (.barrier, \.barrier),
        ]
        for (level, member) in levels {
            let time = Evidence<UInt64>.looking { () throws(FileSystemError) in
                let file = try scratch.open("sync-\(level)", [.write, .create], permissions: .ownerFile)
                defer { try? file.close() }
                return try median { (round) throws(FileSystemError) in
                    try file.writeAll([UInt8(truncatingIfNeeded: round)], at: Int64(round))
                } act: { () throws(FileSystemError) in
                    try file.sync(level)
                }
            }
            note { $0[keyPath: member] = time }
        }
        let directories = Evidence<UInt64>.looking { () throws(FileSystemError) in
            try median { (round) throws(FileSystemError) in
                try scratch.open("name-\(round)", [.write, .create], permissions: .ownerFile).close()
            } act: { () throws(FileSystemError) in
                try scratch.sync()
            }
        }
        note { $0.directory = directories }
    }

    /// The median time of an act, each time prepared anew.
    private func median(
        _ prepare: (Int) throws(FileSystemError) -> Void,
        act: () throws(FileSystemError) -> Void
    ) throws(FileSystemError) -> UInt64 {
        var times: [UInt64] = []
        for round in 0..<rounds {
            try prepare(round)
            let start = fileSystem.monotonicClock()
            try act()
            times.append(fileSystem.monotonicClock().nanoseconds(since: start))
        }
        return times.sorted()[rounds / 2]
    }
}
