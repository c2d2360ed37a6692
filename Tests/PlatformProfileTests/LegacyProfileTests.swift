import FileSystemSeam
import Foundation
import PlatformProfile
import TestSupport
import Testing

/// Profiles of schema 1 as existing tools write them.
enum LegacySamples {
    static func text(
        path: String = "ObservedDirectory",
        sync: String = "UnixFsync",
        lock: String = "AtomicNoFollow",
        map: String = "FileBacked",
        read: String = "UnixReadAt",
        storeLock: String? = nil,
        admittedSync: String? = nil,
        admittedMap: String? = nil,
        fingerprint: UInt32
    ) -> String {
        """
        {"schema_version":1,"host":{"monotonic_clock":"ProcessLocalInstantAnchor"},"store_path":{"path_status":"\(path)",\
        "parent_dir_sync":"\(sync)","lock_leaf_symlink_protection":"\(lock)","mmap_index":"\(map)",\
        "sealed_segment_mmap":"\(map)","active_segment_read":"\(read)"},"admission":{"store_lock":"\(storeLock ?? lock)",\
        "parent_dir_sync":"\(admittedSync ?? sync)","mmap_index":"\(admittedMap ?? map)",\
        "sealed_segment_mmap":"\(admittedMap ?? map)"},"fingerprint_crc32":\(fingerprint)}
        """
    }

    /// By the names of the published ones, with their published fingerprints.
    static let all: [String: String] = [
        "linux_basic.profile": text(fingerprint: 198_181_094),
        "mmap_unavailable.profile": text(
            map: "ObservedUnsupported",
            admittedMap: "Rejected",
            fingerprint: 1_810_418_857
        ),
        "non_unix_best_effort_lock.profile": text(
            sync: "RenameOnly",
            lock: "BestEffortCheckThenOpen",
            read: "LockedSeekRead",
            fingerprint: 352_735_033
        ),
        "profile_mismatch.profile": text(
            path: "UnknownMissing",
            map: "Unknown",
            admittedMap: "Rejected",
            fingerprint: 2_024_719_236
        ),
    ]
}

@Suite("Profiles of schema 1")
struct LegacyProfileTests {
    private func invalid(_ text: String) -> InvalidProfile? {
        do throws(InvalidProfile) {
            _ = try StoredProfile(parsing: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: LegacySamples.all.keys.sorted())
    func fingerprintsAreThoseOfExistingTools(_ name: String) throws {
        let text = try #require(LegacySamples.all[name])
        let profile = try LegacyProfile(parsing: Array(text.utf8))
        #expect(String(decoding: profile.encoded(), as: UTF8.self) == text)
    }

    @Test(.enabled(if: Vectors.directory != nil, "the published profiles are not in ../shared/vectors"))
    func publishedProfilesAreReadAndWrittenAlike() throws {
        for (name, text) in LegacySamples.all {
            let bytes = try #require(try Vectors.bytes("platform/" + name))
            let profile = try LegacyProfile(parsing: bytes)
            #expect(String(decoding: profile.encoded(), as: UTF8.self) == text, "\(name)")
        }
    }

    /// Whatever is changed in a profile is noticed: by its fingerprint, and where that is made anew, by what it means.
    @Test func everyChangeOfAFieldIsCaught() throws {
        let fields = [
            "ObservedDirectory", "UnixFsync", "AtomicNoFollow", "FileBacked", "UnixReadAt", "ProcessLocalInstantAnchor",
        ]
        let text = try #require(LegacySamples.all["linux_basic.profile"])
        var changes = 0
        for field in fields {
            for replacement in ["Unknown", "ObservedUnsupported", "Rejected", "UnknownMissing", "Another"] {
                for range in text.ranges(of: "\"\(field)\"") {
                    let changed = text.replacingCharacters(in: range, with: "\"\(replacement)\"")
                    guard case .wrongFingerprint(let stored, let recomputed)? = invalid(changed) else {
                        Issue.record("\(field) may become \(replacement)")
                        continue
                    }
                    changes += 1
                    #expect(stored == "198181094")
                    // With the fingerprint of the changed text, either it is refused for what it says, or it says
                    // something else that can be.
                    let signed = changed.replacing(stored, with: recomputed)
                    switch invalid(signed) {
                    case .inconsistent?: break
                    case nil:
                        let profile = try LegacyProfile(parsing: Array(signed.utf8))
                        #expect(profile.admission == LegacyProfile(profile).admission)
                        #expect(try profile != LegacyProfile(parsing: Array(text.utf8)))
                    case let other?: Issue.record("\(other)")
                    }
                }
            }
        }
        #expect(changes == 55)
        #expect(invalid(text.replacing("198181094", with: "198181095"))?.code == "wrong_fingerprint")
    }

    @Test(arguments: [
        // A map of a path that is missing.
        (LegacySamples.text(path: "UnknownMissing", fingerprint: 0), "store_path.mmap_index"),
        (LegacySamples.text(path: "ObservedUnsupportedNotDirectory", fingerprint: 0), "store_path.mmap_index"),
        (LegacySamples.text(path: "SomethingElse", fingerprint: 0), "store_path.mmap_index"),
        // Admitted without having been observed, and not admitted though observed.
        (LegacySamples.text(lock: "Unknown", storeLock: "AtomicNoFollow", fingerprint: 0), "admission.store_lock"),
        (LegacySamples.text(sync: "Unknown", fingerprint: 0), "admission.parent_dir_sync"),
        (LegacySamples.text(admittedSync: "Rejected", fingerprint: 0), "admission.parent_dir_sync"),
        (LegacySamples.text(map: "ObservedUnsupported", fingerprint: 0), "admission.mmap_index"),
        (LegacySamples.text(admittedMap: "Rejected", fingerprint: 0), "admission.mmap_index"),
    ])
    func whatCannotHaveBeenObservedIsRefused(_ text: String, _ field: String) {
        guard case .wrongFingerprint(_, let right)? = invalid(text) else {
            Issue.record("the fingerprint 0 is taken")
            return
        }
        let signed = text.replacing("\"fingerprint_crc32\":0", with: "\"fingerprint_crc32\":\(right)")
        guard case .inconsistent(field, _)? = invalid(signed) else {
            Issue.record("\(String(describing: invalid(signed)))")
            return
        }
    }

    @Test(arguments: [
        ("{not json", "not_json"), ("", "not_json"), ("[]", "malformed"), ("{}", "malformed"),
        ("{\"schema_version\":3}", "wrong_schema"), ("{\"schema_version\":\"1\"}", "wrong_schema"),
        ("{\"schema_version\":1}", "malformed"), ("{\"schema_version\":2}", "malformed"),
    ])
    func whatIsNoProfileIsRefused(_ text: String, _ code: String) {
        #expect(invalid(text)?.code == code)
    }

    @Test func unknownMembersAndOtherTypesAreRefused() throws {
        let text = try #require(LegacySamples.all["linux_basic.profile"])
        #expect(invalid(text.replacing("\"host\":{", with: "\"host\":{\"more\":1,"))?.code == "malformed")
        #expect(
            invalid(text.replacing("{\"schema_version\":1,", with: "{\"schema_version\":1,\"x\":0,"))?.code
                == "malformed"
        )
        #expect(invalid(text.replacing("\"UnixFsync\"", with: "7"))?.code == "malformed")
        #expect(invalid(text.replacing("198181094", with: "-1"))?.code == "malformed")
    }

    @Test func aFailedLookIsKeptWithItsReason() throws {
        let failed = "{\"ProbeFailed\":{\"reason\":\"permission denied \\\"/x\\\"\"}}"
        let text = LegacySamples.text(
            read: "X",
            fingerprint: 0
        ).replacing("\"X\"", with: failed)
        guard case .wrongFingerprint(_, let right)? = invalid(text) else {
            Issue.record("the fingerprint 0 is taken")
            return
        }
        let signed = text.replacing("\"fingerprint_crc32\":0", with: "\"fingerprint_crc32\":\(right)")
        let profile = try LegacyProfile(parsing: Array(signed.utf8))
        #expect(profile.activeSegmentRead == .probeFailed(reason: "permission denied \"/x\""))
        #expect(String(decoding: profile.encoded(), as: UTF8.self) == signed)
    }

    /// What is observed here gives the published profile of Linux.
    @Test func aDiskOfThisMachineGivesThePublishedProfile() throws {
        let temporary = try TemporaryDirectory()
        let evidence = PlatformObserver(PosixFileSystem.shared, budgetNanoseconds: 60_000_000_000).observe(
            temporary.path
        )
        let text = String(decoding: LegacyProfile(evidence).encoded(), as: UTF8.self)
        #expect(text == LegacySamples.all["linux_basic.profile"])
        for name in ["linux_basic.profile", "mmap_unavailable.profile", "profile_mismatch.profile"] {
            let profile = try StoredProfile(parsing: Array(try #require(LegacySamples.all[name]).utf8))
            let admission = AdmissionPolicy.exact(profile).judge(evidence)
            #expect(admission.isAdmitted == (name == "linux_basic.profile"), "\(name): \(admission)")
        }
    }

    @Test func aMissingPathAndAPassiveLookAdmitNothing() throws {
        let missing = LegacyProfile(PlatformObserver(SimDisk().boot()).observe("/missing"))
        #expect(missing.pathStatus == .named("UnknownMissing"))
        #expect(missing.indexMap == .named("Unknown"))
        #expect(missing.admission == LegacyAdmission())
        let passive = LegacyProfile(PlatformObserver(SimDisk().boot()).observe("/", depth: .passive))
        #expect(passive.pathStatus == .named("ObservedDirectory"))
        #expect(passive.admission == LegacyAdmission())
        // Both are profiles.
        for profile in [missing, passive] { #expect(try LegacyProfile(parsing: profile.encoded()) == profile) }
    }
}

extension LegacyProfile {
    /// The same observations with the admission that follows.
    fileprivate init(_ profile: LegacyProfile) {
        self = profile
        func admitted(_ status: LegacyStatus) -> LegacyStatus {
            switch status {
            case .probeFailed, .named("Unknown"), .named("ObservedUnsupported"), .named("Rejected"),
                .named("UnknownMissing"):
                .rejected
            default: status
            }
        }
        admission = LegacyAdmission(
            storeLock: admitted(lockLeafProtection),
            parentDirectorySync: admitted(parentDirectorySync),
            indexMap: admitted(indexMap),
            sealedSegmentMap: admitted(sealedSegmentMap)
        )
    }
}
