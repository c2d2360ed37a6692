import FileSystemSeam
import PlatformProfile
import Testing

/// Marks that make one character of a slash and what is next to it, and two spellings of one character.
@Suite("A platform's paths and values are bytes")
struct ExactBytesTests {
    private static let minute: UInt64 = 60_000_000_000

    private func fileSystem() throws -> SimFS {
        let fileSystem = SimDisk().boot()
        try fileSystem.openDirectory("/").makeDirectory("disk", permissions: .ownerDirectory)
        return fileSystem
    }

    /// A store is judged by the directory that it will be made in, whatever its name begins or ends with.
    @Test(arguments: ["\u{301}store", "a\u{600}/b", "\u{600}/", "\u{301}a/\u{301}b"])
    func theDirectoryAboveIsFound(name: String) throws {
        let fileSystem = try fileSystem()
        let expected = try fileSystem.directoryStatus("/disk").identity
        let gate = PlatformGate(to: "/disk/\(name)", profilePath: nil, fileSystem: fileSystem)
        #expect(try gate.pass().evidence.identity == expected)
    }

    @Test(arguments: ["\u{301}link", "\u{600}", "\u{600}/"])
    func aSymbolicLinkIsSeen(name: String) throws {
        let fileSystem = try fileSystem()
        let directory = try #require(try fileSystem.openDirectory("/disk") as? SimDirectory)
        let link = name.utf8.last == UInt8(ascii: "/") ? String(decoding: name.utf8.dropLast(), as: UTF8.self) : name
        try fileSystem.disk.plantSymbolicLink(link, to: "/disk", in: directory)
        let observer = PlatformObserver(fileSystem, budgetNanoseconds: Self.minute)
        #expect(observer.observe("/disk/\(name)", depth: .passive).isSymbolicLink == .observed(true))
        #expect(observer.observe("/disk", depth: .passive).isSymbolicLink == .observed(false))
    }

    @Test func aProfileMayHaveAnyName() throws {
        let fileSystem = try fileSystem()
        let profile = HostProfile(PlatformObserver(fileSystem, budgetNanoseconds: Self.minute).observe("/disk"))
        let directory = try fileSystem.openDirectory("/disk")
        for name in ["\u{301}profile", "\u{600}"] {
            try directory.replaceAtomically(name, with: profile.encoded())
            #expect(try StoredProfile(at: "/disk/\(name)", fileSystem) == .host(profile))
        }
    }

    /// The fingerprint is over bytes, and so is the comparison.
    @Test func twoSpellingsOfAFileSystemAreTwo() throws {
        func observe(_ type: String) -> PlatformEvidence {
            let disk = SimDisk()
            disk.mountFacts.fileSystemType = type
            return PlatformObserver(disk.boot(), budgetNanoseconds: Self.minute).observe("/")
        }
        let recorded = StoredProfile.host(HostProfile(observe("\u{E9}fs")))
        #expect(recorded.deltas(to: observe("\u{E9}fs")) == [])
        #expect(recorded.deltas(to: observe("e\u{301}fs")).map(\.field) == ["mount.type"])
    }

    /// Whoever mounts a FUSE file system chooses what stands behind the full stop.
    @Test func aSubtypeMayBeginWithAnything() {
        var facts = SimDisk().mountFacts
        facts.magic = 0
        for type in ["fuse.x", "fuse.\u{301}", "fuse.\u{200D}x"] {
            facts.fileSystemType = type
            #expect(MountEvidence(facts).source == .fuse, "\(type.debugDescription)")
        }
    }

    /// Two profiles are one only when their bytes are, also in a set.
    @Test func profilesThatLookAlikeAreTwo() throws {
        let fileSystem = try fileSystem()
        var profile = HostProfile(PlatformObserver(fileSystem, budgetNanoseconds: Self.minute).observe("/disk"))
        let (before, after) = ("\u{E9}", "e\u{301}")
        profile.capabilities[.mountType] = before
        (profile.architecture, profile.kernel) = (before, before)
        (profile.container, profile.clockSource) = (before, before)
        let changes: [(inout HostProfile) -> Void] = [
            { $0.capabilities[.mountType] = after }, { $0.architecture = after }, { $0.kernel = after },
            { $0.container = after }, { $0.clockSource = after }, { $0.pageSizeBytes += 1 },
            { $0.syncFileNanoseconds += 1 },
        ]
        // A member that comes later has its line here.
        #expect(Mirror(reflecting: profile).children.count == changes.count)
        var all: Set<HostProfile> = [profile]
        for (place, change) in (changes + [{ $0.capabilities[.mountType] = nil }]).enumerated() {
            var (other, same) = (profile, profile)
            change(&other)
            change(&same)
            #expect(other != profile, "change \(place)")
            #expect(other == same && other.hashValue == same.hashValue, "change \(place)")
            all.insert(other)
        }
        #expect(all.count == changes.count + 2)
        #expect(try HostProfile(parsing: profile.encoded()) == profile)
    }

    /// Of schema 1, too, whose checksum is over bytes.
    @Test func shortProfilesThatLookAlikeAreTwo() throws {
        let fileSystem = try fileSystem()
        let observed = LegacyProfile(PlatformObserver(fileSystem, budgetNanoseconds: Self.minute).observe("/disk"))
        let makers: [(String) -> LegacyStatus] = [{ .named($0) }, { .probeFailed(reason: $0) }]
        for make in makers {
            let (before, after) = (make("\u{E9}"), make("e\u{301}"))
            #expect(before != after && before == make("\u{E9}"))
            #expect(before.hashValue == make("\u{E9}").hashValue)
            #expect(Set([before, after, before]).count == 2)
            var (profile, other) = (observed, observed)
            profile.activeSegmentRead = before
            other.activeSegmentRead = after
            #expect(profile != other)
            #expect(Set([profile, other]).count == 2)
            #expect(try LegacyProfile(parsing: profile.encoded()) == profile)
        }
        #expect(LegacyStatus.named("x") != .probeFailed(reason: "x"))
        // What is admitted repeats the bytes of what was observed.
        var profile = observed
        profile.lockLeafProtection = .named("\u{E9}")
        profile.admission.storeLock = .named("e\u{301}")
        let text = profile.encoded()
        #expect(throws: InvalidProfile.self) { try LegacyProfile(parsing: text) }
        profile.admission.storeLock = .named("\u{E9}")
        #expect(try LegacyProfile(parsing: profile.encoded()) == profile)
    }

    /// A failed look that lost its reason on the way was not a success.
    @Test func aFailureWithoutAReasonIsNotAdmitted() throws {
        let fileSystem = try fileSystem()
        var profile = LegacyProfile(PlatformObserver(fileSystem, budgetNanoseconds: Self.minute).observe("/disk"))
        profile.lockLeafProtection = .named("ProbeFailed")
        profile.admission.storeLock = .named("ProbeFailed")
        let text = profile.encoded()
        #expect(throws: InvalidProfile.self) { try LegacyProfile(parsing: text) }
        profile.admission.storeLock = .rejected
        #expect(try LegacyProfile(parsing: profile.encoded()) == profile)
    }
}
