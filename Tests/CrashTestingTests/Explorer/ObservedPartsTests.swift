import CrashTesting
import FileSystemSeam
import Testing

/// What a look at a file decides: states that only differ in something else are one.
@Suite("What a look observes")
struct ObservedPartsTests {
    typealias Look = @Sendable (any FileSystem, any Directory) throws -> Void

    /// How many states there are after a change of permissions and times alone, as far as one look can tell.
    private static func states(_ look: @escaping Look) throws -> Int {
        let report = try CrashExplorer().explore { fileSystem in
            let file = try fileSystem.openDirectory("/").open("a", [.write, .create], permissions: .ownerFile)
            try file.writeAll([1], at: 0)
        } workload: { (fileSystem, _: (Int) -> Void) in
            let file = try fileSystem.openDirectory("/").open("a", [.read, .write], permissions: .ownerFile)
            // Later than the grain of the file system's times.
            fileSystem.sleep(nanoseconds: 1_000_000_000)
            try file.writeAll([2], at: 0)
            try file.setPermissions(Permissions(rawValue: 0o644))
        } recover: { fileSystem in
            try look(fileSystem, try fileSystem.openDirectory("/"))
        } check: { _, _ in
        }
        #expect(report.isExhaustive, "\(report)")
        return report.statistics.states
    }

    @Test func anExtentIsTheSizeAlone() throws {
        #expect(try Self.states { _, directory in _ = try directory.extent(of: "a") } == 1)
        #expect(try Self.states { fileSystem, _ in _ = try fileSystem.linkExtent("/a", from: nil) } == 1)
        let opened = try Self.states { _, directory in _ = try directory.open("a", .read, permissions: .ownerFile) }
        let asked = try Self.states { _, directory in
            _ = try directory.open("a", .read, permissions: .ownerFile).extent()
        }
        #expect(asked == opened)
    }

    @Test func aStatusIsTimesAndPermissionsToo() throws {
        #expect(try Self.states { _, directory in _ = try directory.status(of: "a") } == 4)
    }
}
