import FileSystemSeam
import Testing

/// Faults that name a place which a call does not have.
@Suite struct FaultPlaceTests {
    /// A file of three sectors, its last call under a fault.
    private func file(_ fault: SimFault, on operation: FileSystemError.Operation) throws -> (SimDisk, any File) {
        let disk = SimDisk()
        let directory = try disk.boot().openDirectory("/")
        let file = try directory.open("a", [.read, .write, .create], permissions: .ownerFile)
        try file.writeAll([UInt8](repeating: 1, count: 1536), at: 0)
        disk.checkpoint()
        disk.faults = .on(operation, 1, fault)
        return (disk, file)
    }

    @Test(arguments: [-1, Int.min, Int.max, 0, 1 << 40]) func aBitIsFlippedWhereverItIs(bit: Int) throws {
        let (_, file) = try file(.flippedBit(bit), on: .read)
        let bytes = try file.readAll(maximumBytes: 1536)
        #expect(bytes.count { $0 != 1 } == 1)

        let (disk, other) = try self.file(.flippedBit(bit), on: .write)
        try other.writeAll([2, 2, 2], at: 100)
        let left = try disk.afterPowerLoss(keeping: .everything).boot().openDirectory("/")
        let found = try left.readFile("a", maximumBytes: 1536)
        #expect(found[100..<103].count { $0 != 2 } == 1, "within what was written: \(found[96..<108])")
        #expect(found.count { $0 == 1 } == 1533, "\(found[0..<512])")
    }

    /// It lands within what a file may be, and in no other file.
    @Test(arguments: [Int.max, Int.min, 1 << 32, -1 << 32, 1 << 50]) func aWriteLandsWithinItsFile(sectors: Int) throws
    {
        let (disk, file) = try file(.misdirectedWrite(sectors: sectors), on: .write)
        try file.writeAll([UInt8](repeating: 2, count: 512), at: 512)
        let left = try disk.afterPowerLoss(keeping: .everything).boot().openDirectory("/")
        let found = try left.readFile("a", maximumBytes: 1536)
        let expected: [UInt8] = sectors < 0 ? [2, 1, 1] : [1, 1, 1]
        #expect([found[0], found[512], found[1024]] == expected, "\(found[0]) \(found[512]) \(found[1024])")
    }
}
