#if os(Linux)
import FileSystemSeam
import PlatformProfile
import TestSupport
import Testing

/// The mount table does not show every mount to everybody: not what cannot be reached from a changed root, nor what was
/// unmounted while somebody stood in it.
@Suite("Mounts that the table does not show")
struct UntoldMountTests {
    private static let told: [CapabilityField] = [.mountType, .mountVolatile, .mountNoBarriers, .mountDataMode]

    private static func observe(_ path: String, _ depth: ProbeDepth) -> PlatformEvidence {
        let fileSystem = PosixFileSystem { call in
            call.name == .open && call.arguments.contains("mountinfo") ? .failure(.noEntry) : nil
        }
        return PlatformObserver(fileSystem, budgetNanoseconds: 60_000_000_000).observe(path, depth: depth)
    }

    @Test func whatOnlyTheTableTellsIsUnknown() throws {
        let temporary = try TemporaryDirectory()
        let evidence = Self.observe(temporary.path, .passive)
        for field in Self.told { #expect(evidence.capabilities[field] == "unknown", "\(field)") }
        let shown = PlatformObserver(PosixFileSystem.shared).observe(temporary.path, depth: .passive)
        for field in Self.told { #expect(shown.capabilities[field] != "unknown", "\(field)") }
        // The statistics of the file system tell the rest.
        for field in [.mountReadOnly, .mountNameMaximum] as [CapabilityField] {
            #expect(evidence.capabilities[field] == shown.capabilities[field])
        }
        #expect(!evidence.durabilitySuspect, "nothing says so")
    }

    /// Also by a profile that was recorded there.
    @Test func noStoreIsAdmittedThatAsksForMore() throws {
        let temporary = try TemporaryDirectory()
        let evidence = Self.observe(temporary.path, .standard)
        let policies: [AdmissionPolicy] = [
            .require([.mountVolatile]), .exact(.host(HostProfile(evidence))), .exact(.legacy(LegacyProfile(evidence))),
        ]
        for policy in policies {
            let refusals = policy.judge(evidence).refusals
            #expect(refusals.map(\.field) == ["mount.volatile"])
            #expect(refusals.first?.observed == "unknown")
            #expect(refusals.first?.remedy.contains("mount table") == true, "\(refusals)")
        }
        #expect(AdmissionPolicy.standard.judge(evidence).isAdmitted)
    }

    @Test func aWarningTellsOfItAtAnyDepth() throws {
        let temporary = try TemporaryDirectory()
        for depth in [ProbeDepth.passive, .standard] {
            let warnings = AdmissionPolicy.warn.judge(Self.observe(temporary.path, depth)).warnings
            #expect(warnings.map(\.field).contains("mount.volatile"), "\(depth)")
        }
        // What is tried is not missed where nothing is tried.
        let passive = AdmissionPolicy.warn.judge(Self.observe(temporary.path, .passive)).warnings
        #expect(!passive.map(\.field).contains("sync.directory"))
    }
}
#endif
