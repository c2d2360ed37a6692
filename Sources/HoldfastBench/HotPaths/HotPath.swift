package import FileSystemSeam

/// An operation that programs do again and again, and what it may take besides time.
package struct HotPath: Sendable, CustomStringConvertible {
    /// Does the operation; told the how-manieth time it is.
    package typealias Operation = (Int) throws -> Void

    /// Its name in results, such as `journal.reserve`.
    package let name: String
    /// What it does, without a full stop.
    package let summary: String
    /// The most system calls that it may take.
    package let systemCallMaximum: Int
    /// What a store holds: `records`.
    package let contents: String
    /// How much the store holds when it is measured in a lane.
    package let size: Int
    /// Makes a store of a size, in an empty directory.
    private let prepare: @Sendable (_ path: String, _ size: Int, any FileSystem) throws -> Operation

    /// Describes an operation.
    package init(
        _ name: String,
        _ summary: String,
        systemCallMaximum: Int,
        _ contents: String,
        size: Int,
        _ prepare: @escaping @Sendable (_ path: String, _ size: Int, any FileSystem) throws -> Operation
    ) {
        self.name = name
        self.summary = summary
        self.systemCallMaximum = systemCallMaximum
        self.contents = contents
        self.size = size
        self.prepare = prepare
    }

    package var description: String { name }

    /// How often an operation is done before it is measured, and how often it is measured then.
    private static let (warmUps, samples) = (3, 15)
    /// Until a change in a directory would bear another time, whatever clock the file system has.
    private static let settlingNanoseconds: UInt64 = 100_000_000

    /// What it takes usually, on a store of a size that it makes in a directory; now and then it may be more.
    ///
    /// Counting calls allocates; so a second store is there for counting allocations.
    package func cost(in path: String, size: Int) throws -> OperationCost {
        let counter = CallCounter()
        let counted = try warm("calls", in: path, size, counter.fileSystem)
        let calls = try Self.median { number in try counter.calls { try counted(number) } }
        var cost = OperationCost(systemCalls: calls)
        if !OperationCost.countsAllocations { return cost }
        let plain = try warm("allocations", in: path, size, PosixFileSystem.shared)
        var bytes: [Int] = []
        cost.allocations = try Self.median { number in
            let found = try allocations { try plain(number) }
            bytes.append(found.bytes)
            return found.count
        }
        cost.allocatedBytes = bytes.sorted()[bytes.count / 2]
        return cost
    }

    private func warm(_ part: String, in path: String, _ size: Int, _ fileSystem: any FileSystem) throws -> Operation {
        try PosixFileSystem.shared.openDirectory(path).makeDirectory("\(part)-\(size)", permissions: .ownerDirectory)
        let operation = try prepare("\(path)/\(part)-\(size)", size, fileSystem)
        for number in 0..<Self.warmUps { try operation(number) }
        fileSystem.sleep(nanoseconds: Self.settlingNanoseconds)
        for number in Self.warmUps..<2 * Self.warmUps { try operation(number) }
        return operation
    }

    private static func median(_ sample: (Int) throws -> Int) rethrows -> Int {
        let values = try (0..<samples).map { try sample(2 * warmUps + $0) }
        return values.sorted()[samples / 2]
    }
}
