internal import FileSystemSeam

/// Tries reads, maps and space.
struct ContentTrial {
    private let scratch: any Directory
    private let fileSystem: any FileSystem
    private let probes: any HostProbes
    private let timeoutNanoseconds: UInt64

    init(
        _ scratch: any Directory,
        _ fileSystem: any FileSystem,
        _ probes: any HostProbes,
        _ timeoutNanoseconds: UInt64
    ) {
        self.scratch = scratch
        self.fileSystem = fileSystem
        self.probes = probes
        self.timeoutNanoseconds = timeoutNanoseconds
    }

    func run(_ note: ((inout ContentEvidence) -> Void) -> Void) {
        let reads = Evidence<Bool>.looking { () throws(FileSystemError) in
            let file = try open("reads")
            defer { try? file.close() }
            let text = (0..<64).map { UInt8($0) }
            try file.writeAll(text, at: 0)
            let later = try file.read(exactly: 16, at: 32)
            let first = try file.read(exactly: 16, at: 0)
            return later == Array(text[32..<48]) && first == Array(text[..<16])
        }
        note { $0.positionedReads = reads }
        let maps = Evidence<Bool>.looking { () throws(FileSystemError) in
            let file = try open("map")
            defer { try? file.close() }
            // Written, and not only made longer: a page without space on the disk behind it would end the one that maps
            // it.
            try file.writeAll([UInt8](repeating: 1, count: 4096), at: 0)
            return try probes.sharedMapIsCoherent(of: file, timeoutNanoseconds: timeoutNanoseconds)
        }
        note { $0.sharedMaps = maps }
        let space = Evidence<Bool>.looking { () throws(FileSystemError) in
            let file = try open("space")
            defer { try? file.close() }
            try file.allocate(to: 1 << 16)
            return try file.status().size == 1 << 16
        }
        note { $0.preallocation = space }
        let holes = Evidence<Bool>.looking { () throws(FileSystemError) in
            let file = try open("holes")
            defer { try? file.close() }
            try file.writeAll([UInt8](repeating: 1, count: 3 * Self.blockBytes), at: 0)
            try probes.punchHole(in: file, at: Int64(Self.blockBytes), count: Int64(Self.blockBytes))
            let contents = try file.readAll(maximumBytes: 4 * Self.blockBytes)
            return contents.count == 3 * Self.blockBytes
                && contents.indices.allSatisfy { contents[$0] == ($0 / Self.blockBytes == 1 ? 0 : 1) }
        }
        note { $0.holePunching = holes }
        let times = Evidence<Bool>.looking { () throws(FileSystemError) in
            let file = try open("times")
            defer { try? file.close() }
            try file.writeAll([1], at: 0)
            let before = try file.status().modified
            // Longer than a tick of the kernel's coarse clock.
            fileSystem.sleep(nanoseconds: 12_000_000)
            try file.writeAll([2], at: 0)
            let after = try file.status().modified
            // Where times are in whole seconds, now and then one of them passes between the two writes.
            return after != before && !(before.isWholeSecond && after.isWholeSecond)
        }
        note { $0.fineModificationTimes = times }
    }

    /// At least a block of any file system that is in use.
    private static let blockBytes = 4096

    private func open(_ name: String) throws(FileSystemError) -> any File {
        try scratch.open(name, [.read, .write, .create], permissions: .ownerFile)
    }
}

extension WallClockTime {
    fileprivate var isWholeSecond: Bool { nanosecondsSinceEpoch % 1_000_000_000 == 0 }
}
