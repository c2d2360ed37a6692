import FileSystemSeam
import Foundation
import KeyStore
import PlatformProfile
import TestSupport
import Testing

/// A key store is not opened on a platform that is not the one its profile describes, and nothing is made there.
@Suite("A key store and its platform")
struct PlatformTests {
    private let disk = SimDisk()
    private let opened = Condition([PlatformDiagnostics]())

    private func open(_ profile: String?, at path: String = "/place/keys") throws(KeyStoreError) -> ScopedKeyStore {
        let observer = OpenObserver { [opened] diagnostics in opened.withLock { $0.append(diagnostics) } }
        let fileSystem = disk.boot()
        return try ScopedKeyStore.open(
            path,
            root: RootKeyFile(in: "/place", fileSystem: fileSystem),
            fileSystem: fileSystem,
            options: KeyStoreOptions(platformProfile: profile, openObserver: observer)
        )
    }

    private func record(_ change: (SimDisk) -> Void = { _ in }, legacy: Bool = false) throws {
        let other = SimDisk()
        change(other)
        let evidence = PlatformObserver(other.boot(), budgetNanoseconds: 60_000_000_000).observe("/")
        let bytes = legacy ? LegacyProfile(evidence).encoded() : HostProfile(evidence).encoded()
        let root = try disk.boot().openDirectory("/")
        try root.replaceAtomically("profile", with: bytes)
        if try !root.exists("place") { try root.makeDirectory("place", permissions: .ownerDirectory) }
    }

    /// The store's files, and the root key's.
    private func names() throws -> [String] { try disk.boot().openDirectory("/place").entries().map(\.name) }

    private func refusal(_ profile: String?) -> PlatformError? {
        do throws(KeyStoreError) {
            try open(profile).close()
            return nil
        } catch {
            guard case .platform(let error) = error else { return nil }
            return error
        }
    }

    @Test(arguments: [false, true]) func aPlatformAsRecordedIsAdmittedOnce(_ legacy: Bool) throws {
        try record(legacy: legacy)
        let store = try open("/profile")
        let box = try store.seal("x", for: "a")
        #expect(try store.read(box, for: "a") == "x")
        let seen = opened.withLock { $0 }
        #expect(seen.count == 1 && seen.first == store.platformDiagnostics)
        let evidence = try #require(store.platformDiagnostics).evidence
        #expect(evidence.path == "/place/keys" && evidence.processClockEpochMarkerNanoseconds > 0)
        #expect(try names().sorted() == ["keys", "root.key"], "the look left something behind")
        let diagnostics = try store.diagnostics()
        #expect(diagnostics.path == "/place/keys" && diagnostics.counts["live_keys"] == 1)
        #expect(diagnostics.counts["keys"] == 1 && diagnostics.counts["receipts"] == 0)
        #expect(diagnostics.configuration["granularity"] == "entity")
        #expect(diagnostics.configuration["platform_profile"] == "/profile")
    }

    @Test func aProfileThatCannotBeReliedOnIsRefused() throws {
        try record()
        let root = try disk.boot().openDirectory("/")
        try root.remove("profile")
        for (text, code) in [(nil, "missing"), ("{not json", "not_json"), ("{\"schema_version\":9}", nil)]
            as [(String?, String?)]
        {
            if let text { try root.replaceAtomically("profile", with: Array(text.utf8)) }
            guard case .invalid("//profile", let reason)? = refusal("//profile") else {
                Issue.record("\(text ?? "nothing") was taken")
                continue
            }
            if let code { #expect(reason.code == code) }
            #expect(try names().isEmpty)
        }
        #expect(opened.withLock { $0.isEmpty })
    }

    @Test(arguments: [false, true]) func anotherPlatformIsAMismatch(_ legacy: Bool) throws {
        try record({ $0.mapsAreCoherent = false }, legacy: legacy)
        guard case .mismatch("/profile", let deltas)? = refusal("/profile") else {
            Issue.record("it was admitted")
            return
        }
        #expect(deltas.contains { $0.severity == .refusal && !$0.remedy.isEmpty })
        #expect(try names().isEmpty)
        #expect(opened.withLock { $0.isEmpty })
        // Without the requirement it opens.
        try open(nil).close()
        #expect(try names().sorted() == ["keys", "root.key"])
    }

    @Test(arguments: [FileSystemError.Operation.lock, .lockDirectory, .sync, .syncDirectory, .map])
    func aPlatformThatFailsIsRefused(_ operation: FileSystemError.Operation) throws {
        try record()
        disk.faults = .on(operation, 1, .error(.notSupported))
        #expect(refusal("/profile")?.code == "platform_mismatch")
        disk.faults = FaultPlan()
        #expect(try names().isEmpty)
        #expect(opened.withLock { $0.isEmpty })
        try open("/profile").close()
        #expect(opened.withLock { $0.count } == 1)
    }

    /// Without a profile a network file system and a read-only mount are refused.
    @Test func aPlatformThatIsUnfitIsRefused() throws {
        try record()
        for change in [{ $0.fileSystemType = "nfs4" }, { $0.isReadOnly = true }] as [(inout MountFacts) -> Void] {
            let before = disk.mountFacts
            change(&disk.mountFacts)
            guard case .unfit("/place/keys", let deltas)? = refusal(nil) else {
                Issue.record("it was opened")
                return
            }
            #expect(deltas.count == 1 && deltas.allSatisfy { !$0.remedy.isEmpty })
            disk.mountFacts = before
            #expect(try names().isEmpty)
        }
        #expect(opened.withLock { $0.isEmpty })
        disk.mountFacts.fileSystemOptions = ["nobarrier"]
        let suspect = try open(nil)
        #expect(suspect.platformDiagnostics?.admission.warnings.map(\.field) == ["mount.options"])
    }

    /// A store that is there is refused as well, and left as it is.
    @Test func aStoreThatIsThereIsLeftAsItIs() throws {
        try record()
        let store = try open("/profile")
        let box = try store.seal("x", for: "a")
        store.close()
        let directory = try disk.boot().openDirectory("/place/keys")
        func contents() throws -> [String: [UInt8]] {
            var files: [String: [UInt8]] = [:]
            for entry in try directory.entries() {
                files[entry.name] = try directory.readFile(entry.name, maximumBytes: 1 << 20)
            }
            return files
        }
        let before = try contents()
        disk.mountFacts.fileSystemType = "nfs4"
        #expect(refusal("/profile") != nil)
        #expect(try contents() == before)
        disk.mountFacts = SimDisk().mountFacts
        #expect(try open("/profile").read(box, for: "a") == "x")
    }

    @Test func aRealDiskIsAdmittedAndNothingElseIsMade() throws {
        let temporary = try TemporaryDirectory()
        let evidence = PlatformObserver(PosixFileSystem.shared, budgetNanoseconds: 60_000_000_000)
            .observe(temporary.path)
        let profile = temporary.path + "/profile"
        try Data(HostProfile(evidence).encoded()).write(to: URL(filePath: profile))
        let store = try ScopedKeyStore.open(
            temporary.path + "/keys",
            root: RootKeyFile(in: temporary.path, fileSystem: PosixFileSystem.shared),
            fileSystem: PosixFileSystem.shared,
            options: KeyStoreOptions(platformProfile: profile)
        )
        _ = try store.seal("x", for: "a")
        let names = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
        #expect(names.sorted() == ["keys", "profile", "root.key"])
    }
}
