import Canonical
import FileSystemSeam
import Foundation
import PlatformProfile
import TestSupport
import Testing

@Suite("Profiles of schema 2")
struct HostProfileTests {
    private static let isLong = runsLongTests
    private static let minute: UInt64 = 60_000_000_000

    private static func simulated(_ change: (SimDisk) -> Void = { _ in }) -> PlatformEvidence {
        let disk = SimDisk()
        change(disk)
        return PlatformObserver(disk.boot(), budgetNanoseconds: minute).observe("/")
    }

    private func invalid(_ bytes: [UInt8]) -> InvalidProfile? {
        do throws(InvalidProfile) {
            _ = try StoredProfile(parsing: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func itIsReadAsItWasWritten() throws {
        let profile = HostProfile(Self.simulated())
        let bytes = profile.encoded()
        #expect(try HostProfile(parsing: bytes) == profile)
        #expect(try StoredProfile(parsing: bytes) == .host(profile))
        let value = try JSONValue(parsing: bytes)
        #expect(try value.canonicalBytes(.jcs) + [UInt8(ascii: "\n")] == bytes)
        #expect(try value["capabilities"]?.canonicalDigest(.jcs).description == value["fingerprint"]?.string)
    }

    /// The fingerprint says nothing of the time, the boot, the process or the measure.
    @Test func theFingerprintIsTheSameEachTime() throws {
        let temporary = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        var fingerprints: Set<Digest> = []
        for _ in 0..<(Self.isLong ? 1_000 : 20) {
            let observer = PlatformObserver(PosixFileSystem.shared, budgetNanoseconds: Self.minute)
            fingerprints.insert(HostProfile(observer.observe(temporary.path)).fingerprint)
        }
        #expect(fingerprints.count == 1)
        var simulated: Set<Digest> = []
        for seed in 0..<1_000 {
            let disk = SimDisk(seed: UInt64(seed))
            disk.hostName = "host-\(seed)"
            disk.mountFacts.availableBytes = UInt64(seed)
            disk.mountFacts.source = "/dev/\(seed)"
            let observer = PlatformObserver(disk.boot(), budgetNanoseconds: Self.minute)
            simulated.insert(HostProfile(observer.observe("/")).fingerprint)
        }
        #expect(simulated.count == 1)
    }

    @Test func everyChangeOfACapabilityIsCaught() throws {
        let profile = HostProfile(Self.simulated())
        for field in CapabilityField.allCases {
            let before = try #require(profile.capabilities[field])
            for value in ["yes", "no", "done", "unknown", "unsupported", "missing", "42", "nonsense"]
            where value != before {
                var changed = profile
                changed.capabilities[field] = value
                let text = String(decoding: changed.encoded(), as: UTF8.self)
                let old = text.replacing(changed.fingerprint.description, with: profile.fingerprint.description)
                #expect(invalid(Array(old.utf8))?.code == "wrong_fingerprint", "\(field.rawValue) \(value)")
                // With a right fingerprint it is refused for what it says, or differs from what is observed.
                switch invalid(Array(text.utf8)) {
                case .inconsistent?: break
                case nil:
                    let deltas = StoredProfile.host(changed).deltas(to: Self.simulated())
                    #expect(deltas.map(\.field) == [field.rawValue])
                    #expect(deltas.allSatisfy { $0.severity == .refusal && $0.expected == value && !$0.remedy.isEmpty })
                case let other?: Issue.record("\(other)")
                }
            }
        }
    }

    /// What is not covered by the fingerprint is compared with the host, and told.
    @Test func everyChangeOfWhatIsToldIsCaught() throws {
        let evidence = Self.simulated()
        let profile = HostProfile(evidence)
        let changes: [(String, (inout HostProfile) -> Void)] = [
            ("about.architecture", { $0.architecture = "other" }), ("about.kernel", { $0.kernel = "Other 1" }),
            ("about.container", { $0.container = "podman" }), ("about.clock_source", { $0.clockSource = "hpet" }),
            ("about.page_size_bytes", { $0.pageSizeBytes = 65536 }),
            ("about.sync_file_nanoseconds", { $0.syncFileNanoseconds *= 11 }),
        ]
        for (field, change) in changes {
            var changed = profile
            change(&changed)
            let read = try HostProfile(parsing: changed.encoded())
            #expect(read == changed && read.fingerprint == profile.fingerprint)
            let deltas = StoredProfile.host(read).deltas(to: evidence)
            #expect(deltas.map(\.field) == [field])
            #expect(deltas.allSatisfy { $0.severity == .warning && !$0.remedy.isEmpty && $0.kind != .capability })
        }
        let text = String(decoding: profile.encoded(), as: UTF8.self)
        let stored = profile.fingerprint.description
        for (position, character) in stored.enumerated() {
            var other = Array(stored)
            other[position] = character == "0" ? "1" : "0"
            #expect(invalid(Array(text.replacing(stored, with: String(other)).utf8))?.code == "wrong_fingerprint")
        }
    }

    @Test func membersMustBeAllThereAndNoOthers() throws {
        let text = String(decoding: HostProfile(Self.simulated()).encoded(), as: UTF8.self)
        #expect(invalid(Array(text.replacing("{\"about\":{", with: "{\"about\":{\"x\":1,").utf8))?.code == "malformed")
        #expect(invalid(Array(text.replacing("\"sync.data\":\"done\",", with: "").utf8))?.code == "malformed")
        #expect(
            invalid(Array(text.replacing("\"schema_version\":2", with: "\"schema_version\":2,\"x\":1").utf8))?.code
                == "malformed"
        )
        #expect(
            invalid(Array(text.replacing("\"sync.file\":\"done\"", with: "\"sync.file\":1").utf8))?.code == "malformed"
        )
        #expect(
            invalid(Array(text.replacing("\"schema_version\":2", with: "\"schema_version\":9").utf8))?.code
                == "wrong_schema"
        )
    }

    @Test func aMissingDirectoryCannotHaveBeenTried() throws {
        var profile = HostProfile(Self.simulated())
        profile.capabilities[.pathStatus] = "missing"
        #expect(invalid(profile.encoded())?.code == "inconsistent")
        let missing = HostProfile(PlatformObserver(SimDisk().boot()).observe("/missing"))
        #expect(try HostProfile(parsing: missing.encoded()) == missing)
        var readOnly = HostProfile(Self.simulated())
        readOnly.capabilities[.mountReadOnly] = "yes"
        #expect(invalid(readOnly.encoded())?.code == "inconsistent")
    }
}
