import FileSystemSeam
import Foundation
import LockKit
import Testing

@Suite("Permissions of lock files")
struct PermissionTests {
    @Test(arguments: [0o644, 0o666, 0o777, 0o4700, 0o444] as [UInt16])
    func looserOnesAreTightened(_ permissions: UInt16) throws {
        let locks = try TestLocks()
        try locks.put("lock", permissions: permissions)
        let held = try locks.lock().lock(.exclusive)
        #expect(held.warnings.isEmpty)
        #expect(try locks.permissions(of: "lock") == Permissions(rawValue: permissions & 0o700))
    }

    @Test func aFailureToTightenIsAWarningAndNoError() throws {
        let locks = try TestLocks()
        try locks.put("lock", permissions: 0o644)
        let failing = OnCall(.fchmod) { .failure(.notPermitted) }
        let held = try locks.lock(fileSystem: failing.fileSystem).lock(.exclusive)
        let loose = Permissions(rawValue: 0o644)
        #expect(held.warnings == [.loosePermissions(path: locks.path, loose, reason: .notPermitted)])
        #expect(held.warnings.first?.description.contains("0644") == true)
        #expect(try locks.permissions(of: "lock") == loose)
    }

    /// Made by another user, perhaps to be shared by a group.
    @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
    func aFileOfSomebodyElseIsLeftAsItIs() throws {
        let locks = try TestLocks()
        try locks.put("lock", permissions: 0o660)
        #expect(chown(locks.path, 12345, 12345) == 0)
        let held = try locks.lock().lock(.exclusive)
        #expect(held.warnings.isEmpty)
        #expect(try locks.permissions(of: "lock") == Permissions(rawValue: 0o660))
    }

    /// A lock file that may only be read can still be locked: by its permissions, because it is a program that runs, or
    /// because it is immutable.
    @Test(arguments: [ErrorNumber.accessDenied, .readOnlyFileSystem, .programInUse, .notPermitted])
    func aFileThatMayNotBeWrittenIsLockedAllTheSame(_ code: ErrorNumber) throws {
        let locks = try TestLocks()
        try locks.put("lock")
        let refused = Condition(0)
        let fileSystem = PosixFileSystem { call in
            guard call.name == .openat, call.arguments.contains("O_RDWR") else { return nil }
            refused.withLock { $0 += 1 }
            return .failure(code)
        }
        let held = try locks.lock(fileSystem: fileSystem).lock(.exclusive)
        #expect(refused.withLock { $0 } == 1)
        #expect(try locks.isHeld(.shared))
        held.release()
        try locks.directory.remove("lock")
        let error = try lockError { _ = try locks.lock(fileSystem: fileSystem).canLock(.exclusive) }
        guard case .io(let cause, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.code == code)
    }

    /// It can be run meanwhile; one that is absent is made.
    @Test func aFileThatIsOpenedForReadingIsNeverOpenForWriting() throws {
        let locks = try TestLocks()
        let fileSystem = PosixFileSystem { call in
            call.arguments.contains("O_RDWR") || call.arguments.contains("O_WRONLY") ? .failure(.programInUse) : nil
        }
        for _ in 0..<2 {
            let options = FileLockOptions(opensForReading: true)
            let held = try locks.lock(options, fileSystem: fileSystem).lock(.exclusive)
            #expect(try locks.isHeld(.shared))
            held.release()
        }
        #expect(try locks.permissions(of: "lock") == .ownerFile)
    }
}
