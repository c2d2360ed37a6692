import CrashTesting
import FileSystemSeam
import Testing

/// A chain of directories is made, a sync in it fails, and whoever made it tries again.
@Suite("Second attempts on a chain of directories")
struct DirectoryChainTests {
    @Test(arguments: 1...3, PersistenceModel.all)
    func aChainIsThereWhenTheSecondAttemptSucceeds(occurrence: Int, model: PersistenceModel) throws {
        var explorer = CrashExplorer(model)
        explorer.faults = .on(.syncDirectory, occurrence, .error(.inputOutput))
        let report = try explorer.explore(
            workload: { (fileSystem, say: (String) -> Void) in
                var attempts = 0
                while true {
                    attempts += 1
                    do {
                        _ = try fileSystem.openDirectory("/a/b/c", creating: .ownerDirectory)
                        break
                    } catch {
                        #expect(attempts == 1 && (error as? FileSystemError)?.code == .inputOutput, "\(error)")
                        if attempts > 1 { throw error }
                    }
                }
                #expect(attempts == 2)
                say("/a/b/c")
            },
            recover: { fileSystem in fileSystem },
            check: Self.check
        )
        #expect(report.isClean, "\(report)")
    }

    /// Somebody made the directory and was killed before the sync of its parent; the next one's sync of it fails, and
    /// the one after that succeeds and says nothing of the name.
    @Test(arguments: ["/a", "/a/", "/a/b", "a"], PersistenceModel.all)
    func whatWasLeftWithoutASyncIsThereWhenTheSecondAttemptSucceeds(path: String, model: PersistenceModel) throws {
        for hasOpenedIt in [false, true] {
            var explorer = CrashExplorer(model)
            explorer.faults = .on(.syncDirectory, 1, .error(.inputOutput))
            let report = try explorer.explore(
                workload: { (fileSystem, say: (String) -> Void) in
                    let root = try fileSystem.openDirectory("/")
                    try root.makeDirectory("a", permissions: .ownerDirectory)
                    let disk = try #require(fileSystem as? SimFS).disk
                    try disk.kill(#require(fileSystem as? SimFS))
                    let next = disk.boot()
                    func make() throws {
                        if !hasOpenedIt { return _ = try next.openDirectory(path, creating: .ownerDirectory) }
                        let names = path.split(separator: "/").map(String.init)
                        _ = try next.openDirectory("/").makeDirectories(names)
                    }
                    #expect(throws: FileSystemError.self) { try make() }
                    try make()
                    say(path)
                },
                recover: { fileSystem in fileSystem },
                check: Self.check
            )
            #expect(report.isClean, "\(report)")
        }
    }

    /// A sync that is refused leaves nothing in doubt, and a directory that is opened under another name would not be
    /// made anew.
    @Test(arguments: [
        ("/a", ErrorNumber.invalidArgument), ("/a", .interrupted), ("/link", .inputOutput), ("/a/.", .inputOutput),
    ])
    func anEmptyDirectoryStaysThatIsNotInDoubtOrHasAnotherName(path: String, code: ErrorNumber) throws {
        let disk = SimDisk()
        let fileSystem = disk.boot()
        let root = try fileSystem.openDirectory("/")
        try root.makeDirectory("a", permissions: .ownerDirectory)
        try disk.plantSymbolicLink("link", to: "/a", in: #require(root as? SimDirectory))
        disk.faults = .on(.syncDirectory, 1, .error(code))
        #expect(throws: FileSystemError.self) { _ = try fileSystem.openDirectory(path, creating: .ownerDirectory) }
        #expect(try root.exists("a"))
    }

    /// Somebody made the directory and was killed before the sync of its parent; then it is opened under a name from
    /// which the parent cannot be read off.
    @Test(arguments: ["/x", "/x/.", "/x/", "/x/./", "/x/y/..", "/x/y/../", "/elsewhere/link", "/elsewhere/link/."])
    func aDirectoryThatIsOpenedUnderAnyNameStays(path: String) throws {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.runMaximum = 200
        let report = try explorer.explore(
            prepare: { fileSystem in
                let root = try fileSystem.openDirectory("/")
                try root.makeDirectory("elsewhere", permissions: .ownerDirectory)
                let elsewhere = try #require(try root.subdirectory("elsewhere") as? SimDirectory)
                let disk = try #require(fileSystem as? SimFS).disk
                try disk.plantSymbolicLink("link", to: "/x", in: elsewhere)
            },
            workload: { (fileSystem, say: (String) -> Void) in
                let root = try fileSystem.openDirectory("/")
                try root.makeDirectory("x", permissions: .ownerDirectory)
                try root.subdirectory("x").makeDirectory("y", permissions: .ownerDirectory)
                _ = try fileSystem.openDirectory(path, creating: .ownerDirectory)
                say("/x")
            },
            recover: { fileSystem in fileSystem },
            check: Self.check
        )
        #expect(report.isClean, "\(report)")
        #expect(report.statistics.states > 1, "\(report)")
    }

    private static func check(_ fileSystem: any FileSystem, _ made: [String]) throws {
        for path in made {
            do {
                _ = try fileSystem.openDirectory(path)
            } catch {
                throw CheckFailure("\(path) is lost: \(error)")
            }
        }
    }

    /// What another one put in stays.
    @Test func nothingIsRemovedThatIsInUse() throws {
        let disk = SimDisk()
        let (first, second) = (disk.boot(), disk.boot())
        let root = try second.openDirectory("/")
        try root.makeDirectory("a", permissions: .ownerDirectory)
        try root.subdirectory("a").open("file", [.write, .create], permissions: .ownerFile).close()
        disk.faults = .on(.syncDirectory, 1, .error(.inputOutput))
        #expect(throws: FileSystemError.self) { _ = try first.openDirectory("/").makeDirectories(["a"]) }
        #expect(try root.subdirectory("a").exists("file"))
    }
}
