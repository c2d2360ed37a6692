import FileSystemSeam
import LockKit
import Testing

@Suite("Locks on file systems of all kinds")
struct FileSystemKindTests {
    private func simulated(_ type: String, magic: UInt64 = 0) -> SimFS {
        let disk = SimDisk()
        disk.mountFacts.fileSystemType = type
        disk.mountFacts.magic = magic
        return disk.boot()
    }

    @Test(arguments: ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "lustre", "fuse.sshfs", "virtiofs", "afs"])
    func networkFileSystemsAreRefused(_ type: String) throws {
        let fileSystem = simulated(type)
        let lock = FileLock(at: "/lock", fileSystem: fileSystem)
        for _ in 0..<2 {
            let error = try lockError { _ = try lock.canLock(.exclusive) }
            #expect(error == .unsupportedFilesystem(path: "/lock", type: type))
        }
        // Before anything was made or locked.
        #expect(try fileSystem.openDirectory("/").entries() == [])
        let held = FileLock("lock", in: try fileSystem.openDirectory("/"), fileSystem: fileSystem)
        #expect(try lockError { _ = try held.canLock(.shared) }?.code == "unsupported_filesystem")
    }

    @Test func theMagicNumberDecidesWhereTheTableDoesNotTell() throws {
        let lock = FileLock(at: "/lock", fileSystem: simulated("", magic: 0x6969))
        #expect(try lockError { _ = try lock.canLock(.shared) } == .unsupportedFilesystem(path: "/lock", type: "nfs"))
        #expect(try FileLock(at: "/lock", fileSystem: simulated("", magic: 0xEF53)).canLock(.shared))
    }

    /// Also of those whose locks may end at one machine although they are made for several.
    @Test(
        arguments: [
            (0x0116_1970, "gfs2"), (0x7461_636F, "ocfs2"), (0x4750_4653, "gpfs"), (0x1983_0326, "beegfs"),
            (0x2003_0528, "orangefs"), (0x786F_4256, "vboxsf"), (0x6573_5546, "fuse"), (0x0102_1997, "9p"),
        ] as [(UInt64, String)]
    )
    func everyNumberOfASharedFileSystemIsKnown(_ magic: UInt64, _ type: String) throws {
        let lock = FileLock(at: "/lock", fileSystem: simulated("", magic: magic))
        #expect(try lockError { _ = try lock.canLock(.shared) } == .unsupportedFilesystem(path: "/lock", type: type))
    }

    @Test func theyAreUsedWhenAllowed() throws {
        let options = FileLockOptions(allowsNetworkFileSystems: true)
        #expect(try FileLock(at: "/lock", fileSystem: simulated("nfs4"), options: options).canLock(.exclusive))
    }

    @Test(arguments: ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", "apfs", "fuseblk", ""])
    func localOnesAreUsed(_ type: String) throws {
        #expect(try FileLock(at: "/lock", fileSystem: simulated(type)).canLock(.exclusive))
    }

    @Test func aHandleAsksOnlyOnce() throws {
        let fileSystem = simulated("ext4")
        let lock = FileLock(at: "/lock", fileSystem: fileSystem)
        for _ in 0..<5 { #expect(try lock.canLock(.exclusive)) }
        #expect(fileSystem.disk.trace.count { $0.operation == .mountFacts } == 1)
    }
}
