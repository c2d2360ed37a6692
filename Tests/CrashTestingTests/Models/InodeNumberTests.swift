import CrashTesting
import FileSystemSeam
import Testing

/// Inode numbers that are given again, where a test wants it.
@Suite("Inode numbers of a simulated disk")
struct InodeNumberTests {
    private static func root(_ disk: SimDisk) throws -> any Directory { try disk.boot().openDirectory("/") }

    private static func make(_ name: String, in root: any Directory) throws -> any File {
        try root.open(name, [.read, .write, .create, .exclusive], permissions: .ownerFile)
    }

    @Test(arguments: [false, true]) func aNumberIsGivenAgainWhenNobodyHasIt(isReused: Bool) throws {
        let disk = SimDisk()
        disk.reusesInodeNumbers = isReused
        let root = try Self.root(disk)
        try root.makeDirectory("a", permissions: .ownerDirectory)
        let first = try root.status(of: "a").identity
        try root.removeDirectory("a")
        try root.makeDirectory("b", permissions: .ownerDirectory)
        #expect((try root.status(of: "b").identity == first) == isReused)
        // The second one has it now.
        try root.makeDirectory("c", permissions: .ownerDirectory)
        #expect(try root.status(of: "c").identity != root.status(of: "b").identity)
        #expect(disk.afterPowerLoss(keeping: .everything).reusesInodeNumbers == isReused)
    }

    /// Whoever has it open keeps its number from others, until it is closed, or forgotten, or its process is killed.
    @Test(arguments: ["closed", "forgotten", "killed"]) func aNumberIsHeldByWhoHasItOpen(how: String) throws {
        let disk = SimDisk()
        disk.reusesInodeNumbers = true
        let root = try Self.root(disk)
        let holder = disk.boot()
        try root.makeDirectory("a", permissions: .ownerDirectory)
        var held: (any Directory)? = try holder.openDirectory("/a")
        let first = try root.status(of: "a").identity
        try root.removeDirectory("a")
        try root.makeDirectory("b", permissions: .ownerDirectory)
        #expect(try root.status(of: "b").identity != first)
        #expect(try held?.status().identity == first)
        switch how {
        case "closed": try held?.close()
        case "killed": disk.kill(holder)
        default: held = nil
        }
        try root.makeDirectory("c", permissions: .ownerDirectory)
        #expect(try root.status(of: "c").identity == first)
        withExtendedLifetime(held) {}
    }

    /// A file has its number for as long as it has a name, and gives it up also where another one takes its place.
    @Test func aFileKeepsItsNumberWithItsNames() throws {
        let disk = SimDisk()
        disk.reusesInodeNumbers = true
        let root = try Self.root(disk)
        try Self.make("a", in: root).close()
        let first = try root.status(of: "a").identity
        try root.link("a", to: "b", in: root)
        try root.remove("a")
        try Self.make("c", in: root).close()
        #expect(try root.status(of: "c").identity != first)
        try root.rename("c", to: "b", in: root, exclusive: false)
        try Self.make("d", in: root).close()
        #expect(try root.status(of: "d").identity == first)
    }

    /// What was made durable before a run has its number in it, after a power cut, and in the next run; and what was
    /// free before is free in each.
    @Test func whatWasThereBeforeARunKeepsItsNumber() throws {
        var kept: Set<UInt64> = []
        var freed: Set<UInt64> = []
        var given: Set<UInt64> = []
        let report = try CrashExplorer().explore { fileSystem in
            (fileSystem as? SimFS)?.disk.reusesInodeNumbers = true
            let root = try fileSystem.openDirectory("/")
            try Self.make("first", in: root).close()
            let first = try root.status(of: "first").identity
            try root.remove("first")
            try Self.make("second", in: root).close()
            #expect(try root.status(of: "second").identity == first)
            kept.insert(first.inode)
            for name in ["third", "fourth"] { try root.makeDirectory(name, permissions: .ownerDirectory) }
            freed.insert(try root.status(of: "third").identity.inode)
            try root.removeDirectory("third")
        } workload: { (fileSystem, _: (Int) -> Void) in
            let root = try fileSystem.openDirectory("/")
            kept.insert(try root.status(of: "second").identity.inode)
            try Self.make("new", in: root).close()
            given.insert(try root.status(of: "new").identity.inode)
        } recover: { fileSystem in
            let root = try fileSystem.openDirectory("/")
            kept.insert(try root.status(of: "second").identity.inode)
        } check: { _, _ in
        }
        #expect(report.isClean && kept.count == 1 && given == freed, "\(report)\(kept) \(given) \(freed)")
    }

    /// What was made since the last checkpoint has a number of its own after a power cut: what had its number before
    /// may be there again.
    @Test func whatIsNotSurelyDurableGetsItsOwnNumber() throws {
        let disk = SimDisk()
        disk.reusesInodeNumbers = true
        let root = try Self.root(disk)
        for name in ["a", "b"] { try Self.make(name, in: root).close() }
        let first = try root.status(of: "a").identity
        try root.remove("a")
        try Self.make("c", in: root).close()
        disk.checkpoint()
        let second = try root.status(of: "b").identity
        try root.remove("b")
        try Self.make("d", in: root).close()
        #expect(try root.status(of: "c").identity == first && root.status(of: "d").identity == second)
        let left = disk.afterPowerLoss(keeping: .everything)
        let after = try Self.root(left)
        #expect(try after.status(of: "c").identity == first)
        #expect(try ![first, second].contains(after.status(of: "d").identity))
        let back = try Self.root(disk.afterPowerLoss(keeping: .nothing))
        #expect(try back.status(of: "b").identity == second)
    }

    /// A number that was free before a run, and that a file of the run got, is not free again after a power cut, which
    /// the file may have survived.
    @Test func whatARunGaveIsNotGivenAgainAfterAPowerCut() throws {
        let disk = SimDisk()
        disk.reusesInodeNumbers = true
        let root = try Self.root(disk)
        try Self.make("gone", in: root).close()
        let number = try root.status(of: "gone").identity
        try root.remove("gone")
        disk.checkpoint()
        try Self.make("survivor", in: root).close()
        #expect(try root.status(of: "survivor").identity == number)
        let after = try Self.root(disk.afterPowerLoss(keeping: .everything))
        for name in ["one", "two"] {
            try Self.make(name, in: after).close()
            #expect(try after.status(of: name).identity != number)
        }
        #expect(try after.status(of: "one").identity != after.status(of: "survivor").identity)
    }
}
