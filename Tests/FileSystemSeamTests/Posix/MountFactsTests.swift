import FileSystemSeam
import TestSupport
import Testing

@Suite("Mount facts") struct MountFactsTests {
    private static let text = Array(
        #"""
        22 1 254:0 / / rw,relatime - ext4 /dev/vda rw,errors=remount-ro
        36 22 98:0 /mnt1 /mnt/my\040disk\134x rw,noatime master:1 propagate_from:2 - fuse.sshfs me@host:/a\011b rw
        this is no line of the table
        37 22 98:0 / /second ro shared:1 - ext3 /dev/root ro,errors=continue

        38 22 0:5 / /cut rw - proc
        39 22 0:40 / /merged rw,relatime - overlay  rw,lowerdir=/l,fsync=volatile
        """#.utf8
    )
    private let table = MountTable(parsing: text)

    @Test(arguments: [1, 2, 3, 6, 7, 22, 36, 37, 38, 39] as [UInt64])
    func oneRowIsFoundWithoutTheOthers(_ mountID: UInt64) {
        #expect(MountTable.row(mountID: mountID, in: Self.text) == table.row(mountID: mountID))
    }

    @Test func aLineIsReadFieldByField() throws {
        let row = try #require(table.row(mountID: 36))
        #expect(row.mountPoint == #"/mnt/my disk\x"#)
        #expect(row.mountOptions == ["rw", "noatime"])
        #expect(row.fileSystemType == "fuse.sshfs")
        #expect(row.source == "me@host:/a\tb")
        #expect(row.fileSystemOptions == ["rw"])
        #expect(row.major == 98 && row.minor == 0)
    }

    @Test func optionalFieldsMayBeAbsent() throws {
        let row = try #require(table.row(mountID: 22))
        #expect(row.mountPoint == "/" && row.fileSystemType == "ext4")
        #expect(row.fileSystemOptions == ["rw", "errors=remount-ro"])
    }

    /// `mount("", …)` leaves nothing between two spaces.
    @Test func aSourceMayBeEmpty() throws {
        let row = try #require(table.row(mountID: 39))
        #expect(row.fileSystemType == "overlay" && row.source == "")
        #expect(row.fileSystemOptions == ["rw", "lowerdir=/l", "fsync=volatile"])
    }

    @Test func theLastMountOfADeviceIsFound() {
        #expect(table.row(major: 98, minor: 0)?.mountPoint == "/second")
        #expect(table.row(major: 98, minor: 1) == nil)
    }

    @Test func linesThatAreNoneAreLeftOut() {
        #expect(table.rows.map(\.mountID) == [22, 36, 37, 39])
        #expect(MountTable(parsing: []).rows == [])
    }

    @Test func theMountNumberIsReadFromTheDescriptorsInformation() {
        #expect(MountTable.mountID(inDescriptorInformation: "pos:\t0\nflags:\t02\nmnt_id:\t29\nino:\t5") == 29)
        #expect(MountTable.mountID(inDescriptorInformation: "pos:\t0\n") == nil)
    }

    /// The table says so only where it is not the file system's own default.
    @Test func dataJournalingIsSeenInTheTableOrInTheListOfOptions() throws {
        var facts = SimDisk().mountFacts
        #expect(facts.journalsDataByTable == nil)
        facts.fileSystemOptions = ["rw", "data=journal"]
        #expect(facts.journalsDataByTable == true)
        facts.fileSystemOptions = ["rw", "data=writeback"]
        #expect(facts.journalsDataByTable == false)
        facts.fileSystemType = "xfs"
        #expect(facts.journalsDataByTable == nil)
        func journals(_ list: String) -> Bool { MountFacts.journalsData(options: MountFacts.options(inList: list)) }
        #expect(journals("rw\ndelalloc\ndata=journal\ncommit=5"))
        #expect(!journals("rw\ndata=ordered\ncommit=5"))
        #expect(!journals("rw\nnodata=journal"))
        let information = "MAJOR=104\nMINOR=1\nDEVNAME=cciss/c0d0p1\nDEVTYPE=partition"
        #expect(MountFacts.deviceName(inDeviceInformation: information) == "cciss!c0d0p1")
        #expect(MountFacts.deviceName(inDeviceInformation: "MAJOR=104") == nil)
        for (major, minor) in [(254, 0), (8, 17), (259, 70_000), (5_000, 255)] as [(UInt32, UInt32)] {
            var row = MountTable.Row()
            (row.major, row.minor) = (major, minor)
            facts.device = row.device
            #expect(facts.deviceNumbers == "\(major):\(minor)")
        }
    }

    #if os(Linux)
    @Test func theKernelsOwnFileSystemIsSeenAsWhatItIs() throws {
        let directory = try PosixFileSystem.shared.openDirectory("/proc/self")
        let facts = try PosixFileSystem.shared.mountFacts(of: directory)
        #expect(facts.fileSystemType == "proc")
        #expect(facts.magic == 0x9fa0)
        #expect(facts.mountPoint == "/proc")
    }

    @Test(.enabled(if: TemporaryDirectory.memoryDisk != nil, "no memory file system at /dev/shm"))
    func aMemoryFileSystemIsSeenAsWhatItIs() throws {
        let directory = try PosixFileSystem.shared.openDirectory("/dev/shm")
        let facts = try PosixFileSystem.shared.mountFacts(of: directory)
        #expect(facts.fileSystemType == "tmpfs")
        #expect(facts.magic == 0x0102_1994)
        #expect(facts.mountPoint == "/dev/shm")
    }

    /// Without the descriptor's information the device decides; the answer is the same.
    @Test func theDeviceDecidesWhereTheMountNumberIsNotTold() throws {
        try SystemCallRow.prepared { recorder, fileSystem, root, _ in
            let facts = try fileSystem.mountFacts(of: root)
            recorder.plan(.open, [nil, .failure(.noEntry)])
            let byDevice = try fileSystem.mountFacts(of: root)
            #expect(byDevice.fileSystemType == facts.fileSystemType && byDevice.source == facts.source)
        }
    }
    #endif

    @Test func withoutAMountTableTheRestIsStillTold() throws {
        try SystemCallRow.prepared { recorder, fileSystem, root, _ in
            recorder.always(.open, .failure(.noEntry))
            let facts = try fileSystem.mountFacts(of: root)
            #expect(facts.mountPoint == "" && facts.mountOptions == [])
            #expect(facts.blockSizeBytes >= 512)
        }
    }
}
