internal import Canonical
internal import FileSystemSeam
internal import PlatformProfile
internal import Testing

/// Cases of platform profiles.
enum PlatformChecker {
    /// A profile: its schema and fingerprint, whether writing it gives the same bytes, and in which fields the
    /// simulated host is another one; or why it cannot be relied on.
    static func profile(_ fixture: FixtureCase) throws {
        let bytes = try fixture.bytes(of: "input.txt")
        let expected = try fixture.expectation()
        let profile: StoredProfile
        do {
            profile = try StoredProfile(parsing: bytes)
        } catch {
            #expect(error.code == expected["refusal"]?.string, "\(error)")
            if case .inconsistent(let field, _) = error { #expect(field == expected["field"]?.string) }
            return
        }
        #expect(expected["refusal"] == nil, "it was read")
        let written: [UInt8]
        switch profile {
        case .legacy(let legacy):
            #expect(expected["schema"]?.number?.unsignedValue == 1)
            #expect(String(legacy.fingerprint) == (try expected.text("fingerprint")))
            written = legacy.encoded()
        case .host(let host):
            #expect(expected["schema"]?.number?.unsignedValue == 2)
            #expect(host.fingerprint.description == (try expected.text("fingerprint")))
            written = host.encoded()
        }
        #expect((written == bytes) == (expected["is_written_alike"]?.bool == true))
        #expect(try StoredProfile(parsing: written) == profile)
        let observer = PlatformObserver(SimDisk().boot(), budgetNanoseconds: 60_000_000_000)
        let refusals = AdmissionPolicy.exact(profile).judge(observer.observe("/")).refusals
        #expect(refusals.map(\.field).sorted() == expected["mismatches"]?.array?.compactMap(\.string).sorted())
    }
}
