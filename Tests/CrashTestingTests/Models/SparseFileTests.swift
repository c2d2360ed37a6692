import CrashTesting
import FileSystemSeam
import Testing

/// A cut of a long file costs what was written to it, not what could have been.
@Suite struct SparseFileTests {
    @Test(arguments: PersistenceModel.all) func aCutOfALongFileHasFewMicroOperations(_ model: PersistenceModel) throws {
        let report = try CrashExplorer(model).explore { fileSystem in
            let file = try fileSystem.openDirectory("/").open("a", [.write, .create], permissions: .ownerFile)
            try file.allocate(to: 1 << 20)
            try file.writeAll([1], at: 4096)
        } workload: { (fileSystem, _: (Int) -> Void) in
            let file = try fileSystem.openDirectory("/").open("a", [.write], permissions: .ownerFile)
            try file.writeAll([1], at: 70_000)
        } recover: { (fileSystem: any FileSystem) throws -> [UInt8] in
            let file = try fileSystem.openDirectory("/").open("a", [.read, .write], permissions: .ownerFile)
            try file.truncate(to: 0)
            try file.truncate(to: 100_000)
            return try file.readAll(maximumBytes: 100_000)
        } check: { bytes, _ in
            try CheckFailure.unless(!bytes.contains(1), "what was cut off came back")
        }
        #expect(report.isClean, "\(report)")
        #expect(report.statistics.recoveryPoints < 50, "\(report)")
    }

    @Test func aCutOfTheLongestFileIsQuick() throws {
        let disk = SimDisk()
        let file = try disk.boot().openDirectory("/").open("a", [.read, .write, .create], permissions: .ownerFile)
        try file.writeAll([1], at: 5000)
        try file.truncate(to: 1 << 40)
        try file.writeAll([2], at: 1 << 39)
        try file.truncate(to: 4096)
        try file.truncate(to: 1 << 40)
        var bytes: [UInt8] = [9]
        for offset in [5000, 1 << 39] as [Int64] {
            var span = bytes.mutableSpan
            #expect(try file.read(into: &span, at: offset) == 1)
            #expect(bytes == [0])
        }
    }
}
