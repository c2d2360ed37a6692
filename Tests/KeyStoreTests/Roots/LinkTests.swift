import FileSystemSeam
import KeyStore
import PlatformProfile
import Testing

/// A file system without second names (vfat, exfat, some in user space): no generation could follow the first.
@Suite("Without hard links")
struct LinkTests {
    private static func refuseLinks(_ test: TestKeys, _ code: ErrorNumber) {
        test.disk.faults = FaultPlan(
            (1...50).map { FaultPlan.Entry(.link, occurrence: $0, .error(code)) }
        )
    }

    @Test(arguments: [ErrorNumber.notPermitted, .notSupported, .notImplemented, .accessDenied]) func noStoreIsMade(
        code: ErrorNumber
    ) throws {
        let test = try TestKeys()
        Self.refuseLinks(test, code)
        #expect {
            try test.open()
        } throws: { error in
            guard case .platform(.unfit(path: TestKeys.path, let deltas))? = error as? KeyStoreError else {
                return false
            }
            return deltas.map(\.field) == ["hard_links"] && "\(error)".contains("ext4")
        }
        #expect(try test.names().filter { $0 != "keyset.lock" } == [])
        #expect(try test.fileSystem.openDirectory(TestKeys.secrets).entries().isEmpty)
        test.disk.faults = FaultPlan()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        #expect(try test.open().read(box, for: "a") == "x")
        #expect(try test.names().filter { $0.hasPrefix("journal-") }.count == 1)
    }

    /// One that fails for another reason says so, and leaves nothing that would keep a store from being made.
    @Test(arguments: [FileSystemError.Operation.link, .remove, .open]) func anotherFailureIsTold(
        _ operation: FileSystemError.Operation
    ) throws {
        for occurrence in 1...4 {
            let test = try TestKeys()
            test.disk.faults = FaultPlan.on(operation, occurrence, .error(.inputOutput))
            do throws(any Error) {
                _ = try test.open()
            } catch {
                #expect("\(error)".contains("EIO"), "\(error)")
            }
            test.disk.faults = FaultPlan()
            let store = try test.open()
            let box = try store.seal("x", for: "a")
            #expect(try test.open().read(box, for: "a") == "x")
        }
    }

    /// A store that was moved there: its boxes open, and all goes on where links are.
    @Test func aMovedStoreIsReadAndGoesOnElsewhere() throws {
        let test = try TestKeys()
        let box = try test.open().seal("x", for: "a")
        let kept = try test.open().seal("y", for: "b")
        Self.refuseLinks(test, .notPermitted)
        let store = try test.open()
        #expect(try store.read(box, for: "a") == "x")
        #expect(throws: KeyStoreError.self) { try store.shred(.entity("a"), reason: "") }
        test.disk.faults = FaultPlan()
        _ = try store.shred(.entity("a"), reason: "")
        #expect(try store.read(box, for: "a") == "shredded")
        #expect(try store.read(kept, for: "b") == "y")
    }
}
