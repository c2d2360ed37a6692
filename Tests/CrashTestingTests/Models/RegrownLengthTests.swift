import CrashTesting
import FileSystemSeam
import LitmusPrograms
import Testing

/// What makes a file longer covers zeros, also where data survived a power cut without the length that covered it.
@Suite struct RegrownLengthTests {
    enum Growth: CaseIterable {
        case truncate, allocate, hole

        /// Makes a file 1536 bytes long.
        func grow(_ file: any File) throws {
            switch self {
            case .truncate: try file.truncate(to: 1536)
            case .allocate: try file.allocate(to: 1536)
            case .hole: try file.writeAll([0], at: 1535)
            }
        }
    }

    private static func open(_ fileSystem: any FileSystem) throws -> any File {
        try fileSystem.openDirectory("/").open("a", [.read, .write], permissions: .ownerFile)
    }

    /// The letters at the start of the file, and at the start of its second and third sector.
    private static func letters(_ file: any File) throws -> String {
        let bytes = try file.readAll(maximumBytes: 4096)
        return [0, 1, 512, 1024].filter { $0 < bytes.count }.map {
            bytes[$0] == 0 ? "·" : String(UnicodeScalar(bytes[$0]))
        }.joined()
    }

    @Test(arguments: Growth.allCases, PersistenceModel.all)
    func whatWasLostStaysLost(_ growth: Growth, _ model: PersistenceModel) throws {
        for start in ["", "A"] {
            let seen = try CrashExplorer(model).outcomes {
                try put($0.openDirectory("/"), "a", start, synced: true)
            } workload: {
                try put($0.openDirectory("/"), "a", start + sectors("BC").dropFirst(start.count))
            } observe: {
                let file = try Self.open($0)
                let size = try file.status().size
                try growth.grow(file)
                return "\(size) \(try Self.letters(file))"
            }
            let cut: CrashOutcome = start.isEmpty ? "0 ····" : "1 A···"
            let whole = Set(seen.filter { $0.text.hasPrefix("1024 ") })
            #expect(seen == whole.union([cut]), "\(seen.sorted())")
            #expect(whole.contains(start.isEmpty ? "1024 BBC·" : "1024 ABC·"), "\(seen.sorted())")
        }
    }

    /// The zeros are on the disk when the length is durable, and where both are one step, whenever it is.
    @Test(arguments: Growth.allCases, [PersistenceModel.ext4Ordered, .xfs])
    func theZerosAreDurableWithTheLength(_ growth: Growth, _ model: PersistenceModel) throws {
        var explorer = CrashExplorer(model)
        if growth == .hole, model == .ext4Ordered { explorer.depth = 1 }
        let report = try explorer.explore {
            try put($0.openDirectory("/"), "a", "", synced: true)
        } workload: { (fileSystem, _: (Int) -> Void) in
            try put(fileSystem.openDirectory("/"), "a", sectors("BC"))
        } recover: { fileSystem in
            let file = try Self.open(fileSystem)
            if try file.status().size == 0 {
                try growth.grow(file)
                try file.sync(.full)
            }
            return try (file.status().size, Self.letters(file))
        } check: { found, _ in
            try CheckFailure.unless(found.0 == 1024 || found.1 == "····", "\(found)")
        }
        #expect(report.isClean && report.statistics.mode == "exhaustive", "\(report)")
        #expect(explorer.depth == 1 || report.statistics.recoveryPoints > 0, "\(report)")
    }

    @Test func aDiskAfterAPowerLossIsReadLikewise() throws {
        var lost = 0
        for seed in 0..<60 as Range<UInt64> {
            let disk = SimDisk()
            try put(disk.boot().openDirectory("/"), "a", "", synced: true)
            disk.checkpoint()
            try put(disk.boot().openDirectory("/"), "a", sectors("BC"))
            let left = disk.afterPowerLoss(keeping: .drawn(seed: seed))
            let file = try Self.open(left.boot())
            if try file.status().size > 0 { continue }
            lost += 1
            try file.truncate(to: 1536)
            #expect(try Self.letters(file) == "····")
            try file.sync(.full)
            let again = left.afterPowerLoss(keeping: .nothing)
            #expect(try Self.letters(Self.open(again.boot())) == "····")
        }
        #expect(lost > 10)
    }
}
