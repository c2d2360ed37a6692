import Canonical
import FileSystemSeam
import LockKit
import Signing
import Testing

/// An attestation is about exactly the bytes it names, whatever they look like.
@Suite("Takeovers that name what looks alike")
struct TakeoverByteTests {
    private static let text = LookAlikes.composed
    private static let request = MarkerRequest(
        deploymentID: text,
        operatorPrincipalID: text,
        restoreIntent: Digest(hashing: [], algorithm: .blake3)
    )
    private let markers: TestMarkers
    private let lock: MarkerLock

    /// A stale marker, a lock and a host of which each text has a double.
    init() throws {
        markers = try TestMarkers()
        markers.disk.hostName = Self.text
        lock = markers.lock(MarkerLockOptions(lockID: Self.text))
        try put([])
    }

    private func put(_ otherLines: [String]) throws {
        var marker = LockMarker(processID: 4242, host: Self.text, acquiredAt: .earliest, request: Self.request)
        marker.executable = Self.text
        marker.otherLines = ["note=\(Self.text)"] + otherLines
        try markers.put(TestMarkers.name, String(decoding: marker.encoded(), as: UTF8.self))
    }

    private func takeover(_ change: (inout Takeover) -> Void = { _ in }) throws -> SignedTakeover {
        try markers.takeover(for: lock) {
            $0.newOwner = TakeoverOwner(
                deploymentID: Self.text,
                operatorPrincipalID: Self.text,
                host: Self.text
            )
            change(&$0)
        }
    }

    private func acquireAndRelease(_ signed: SignedTakeover) throws {
        let keys = [operatorKey.publicKey]
        try lock.acquire(Self.request, stale: .takeover(signed, trustedKeys: keys)).release()
    }

    @Test func theRightBytesTakeOver() throws {
        let signed = try takeover()
        try acquireAndRelease(SignedTakeover(parsing: signed.encoded()))
    }

    @Test func whatOnlyLooksRightIsRefused() throws {
        let other = LookAlikes.decomposed
        let cases: [(TakeoverRefusal, (inout Takeover) -> Void)] = [
            (.otherLock, { $0.lockID = other }),
            (.otherStaleOwner, { $0.staleOwner?.host = other }),
            (.otherStaleOwner, { $0.staleOwner?.deploymentID = other }),
            (.otherStaleOwner, { $0.staleOwner?.operatorPrincipalID = other }),
            (.otherStaleOwner, { $0.staleOwner?.executable = other }),
            (.otherStaleOwner, { $0.staleOwner?.otherLines = ["note=\(other)"] }),
            (.otherNewOwner, { $0.newOwner.deploymentID = other }),
            (.otherNewOwner, { $0.newOwner.operatorPrincipalID = other }),
            (.otherNewOwner, { $0.newOwner.host = other }),
        ]
        let before = try markers.text()
        for (place, (expected, change)) in cases.enumerated() {
            let signed = try takeover(change)
            let acquiring = try lockError { try acquireAndRelease(signed) }
            #expect(acquiring == .takeoverRefused(expected), "case \(place)")
            let takingOver = try lockError {
                _ = try lock.takeOver(
                    signed,
                    deploymentID: Self.text,
                    operatorPrincipalID: Self.text,
                    trustedKeys: [operatorKey.publicKey]
                )
            }
            #expect(takingOver == acquiring, "case \(place)")
            #expect(Array(try markers.text().utf8) == Array(before.utf8), "case \(place)")
        }
    }

    /// The marker that stands names another owner than the one that was inspected, by its bytes alone.
    @Test func aMarkerThatLooksLikeTheInspectedOneIsAnother() throws {
        let signed = try takeover()
        let text = try markers.text()
        let altered = text.unicodeScalars.reduce(into: "") {
            $0 += $1 == "\u{e9}" ? "e\u{301}" : String($1)
        }
        try markers.put(TestMarkers.name, altered)
        #expect(altered == text && !altered.utf8.elementsEqual(text.utf8))
        #expect(try lockError { try acquireAndRelease(signed) } == .takeoverRefused(.otherMarker))
    }

    /// A line is cut at its equals sign, whatever combines with that, and what only looks alike is covered, too.
    @Test func everyLineOfOtherToolsIsCovered() throws {
        let lines = [
            "mark=\(LookAlikes.combining)x", "\(LookAlikes.prepended)=y", "header=\(LookAlikes.combining)z",
            "\(LookAlikes.composed)=1", "\(LookAlikes.decomposed)=1",
        ]
        try put(lines)
        let signed = try takeover()
        let value = try JSONValue(parsing: signed.encoded())
        let stale = try #require(value["payload"]?["stale_owner"])
        func bytes(_ key: String) -> [UInt8]? { stale[key]?.string.map { Array($0.utf8) } }
        #expect(bytes("mark") == Array("\(LookAlikes.combining)x".utf8))
        #expect(bytes(LookAlikes.prepended) == Array("y".utf8))
        #expect(bytes("header") == Array(MarkerForm.restoreActiveStore.header.utf8))
        #expect(bytes(LookAlikes.composed) == Array("1".utf8))
        #expect(bytes(LookAlikes.decomposed) == Array("1".utf8))
        try acquireAndRelease(SignedTakeover(parsing: signed.encoded()))
    }

    @Test func aKeyThatLooksTrustedIsNot() throws {
        // One whose text has a letter with a double.
        let seed = try #require(
            try (0..<100).first { try Self.key($0).publicKey.description.utf8.contains(UInt8(ascii: "K")) }
        )
        let key = try Self.key(seed)
        let name = key.publicKey.description
        let double = name.unicodeScalars.reduce(into: "") { $0 += $1 == "K" ? LookAlikes.sign : String($1) }
        #expect(name == double && !name.utf8.elementsEqual(double.utf8))
        let signed = try markers.takeover(for: lock, key: key)
        var claimed = signed.takeover
        claimed.operatorKey = double
        #expect(
            try lockError { _ = try SignedTakeover(claimed, signedBy: key) } == .takeoverRefused(.untrustedKey)
        )
        let text = String(decoding: try signed.encoded(), as: UTF8.self)
        let altered = Array(text.utf8).split(separator: Array(name.utf8), maxSplits: 1)
            .joined(separator: Array(double.utf8))
        let read = try SignedTakeover(parsing: Array(altered))
        #expect(try lockError { try read.verify(trustedKeys: [key.publicKey]) } == .takeoverRefused(.untrustedKey))
    }

    private static func key(_ seed: Int) throws -> SigningKey {
        try SigningKey(seed: [UInt8](repeating: UInt8(seed), count: 32))
    }
}
