#if os(Linux)
import FileSystemSeam
import PlatformProfile
import TestSupport
import Testing

/// A disk on which a sync takes long, as a busy one does.
@Suite("Disks that are slow")
struct SlowDiskTests {
    private static func fileSystem(syncNanoseconds: UInt64) -> PosixFileSystem {
        PosixFileSystem { call in
            if call.name == .fsync || call.name == .fdatasync {
                PosixFileSystem.shared.sleep(nanoseconds: syncNanoseconds)
            }
            return nil
        }
    }

    /// Twelve syncs are tried, which take more than two seconds here.
    @Test func aStoreIsAdmittedWhereThePlatformIs() throws {
        let temporary = try TemporaryDirectory()
        let root = try PosixFileSystem.shared.openDirectory(temporary.path)
        try root.makeDirectory("store", permissions: .ownerDirectory)
        let evidence = PlatformObserver(PosixFileSystem.shared).observe(temporary.path + "/store")
        try root.replaceAtomically("profile", with: HostProfile(evidence).encoded())
        let passed = try PlatformGate(
            to: temporary.path + "/store",
            profilePath: temporary.path + "/profile",
            fileSystem: Self.fileSystem(syncNanoseconds: 200_000_000)
        ).pass()
        #expect(passed.admission.isAdmitted)
    }

    /// Whoever is told that a look did not end is not sent to buy another disk.
    @Test func whatDidNotEndInTimeIsWorthAnotherTry() throws {
        let temporary = try TemporaryDirectory()
        let fileSystem = Self.fileSystem(syncNanoseconds: 100_000_000)
        let evidence = PlatformObserver(fileSystem, budgetNanoseconds: 150_000_000).observe(temporary.path)
        let refusal = try #require(AdmissionPolicy.require([.syncDirectory]).judge(evidence).refusals.first)
        #expect(refusal.observed == "timed_out")
        #expect(refusal.remedy.hasPrefix("try again"), "\(refusal)")
        // It goes on by itself, and removes what it made.
        let root = try PosixFileSystem.shared.openDirectory(temporary.path)
        while try !root.entries().isEmpty { PosixFileSystem.shared.sleep(nanoseconds: 1_000_000) }
    }
}
#endif
