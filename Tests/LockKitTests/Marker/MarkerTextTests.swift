import Canonical
import Foundation
import LockKit
import TestSupport
import Testing

@Suite("The text of a marker")
struct MarkerTextTests {
    private static let existing = [
        "cortex-restore-active-store-lock-v1", "pid=4242", "host=build-7.example", "deployment_id=dep-eu-0007",
        "operator_principal_id=operator-m", "acquired_at=2026-03-14T15:09:26.535897932+00:00", "scope=production",
        "restore_intent_blake3=blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    ]

    private static func parse(_ lines: [String], end: String = "\n") throws -> LockMarker {
        try LockMarker(parsing: Array((lines.joined(separator: "\n") + end).utf8))
    }

    private static func sample() throws -> LockMarker { try parse(existing) }

    private static func syntaxError(_ lines: [String], end: String = "\n") throws -> MarkerSyntaxError? {
        do throws(MarkerSyntaxError) {
            _ = try LockMarker(parsing: Array((lines.joined(separator: "\n") + end).utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func itIsWrittenAsExistingToolsDo() throws {
        let marker = LockMarker(
            processID: 4242,
            host: "build-7.example",
            acquiredAt: try Timestamp(parsing: "2026-03-14T15:09:26.535897932Z"),
            request: .test
        )
        #expect(String(decoding: try marker.encoded(), as: UTF8.self) == Self.existing.joined(separator: "\n") + "\n")
        #expect(try Self.sample() == marker)
    }

    @Test(
        arguments: [
            ("", 0), (".5", 500_000_000), (".53", 530_000_000), (".535897932", 535_897_932), (".000000001", 1),
        ] as [(String, UInt32)]
    )
    func anyFractionOfASecondIsRead(_ fraction: String, _ nanoseconds: UInt32) throws {
        for offset in ["+00:00", "Z", "+02:00"] {
            var lines = Self.existing
            lines[5] = "acquired_at=2026-03-14T15:09:26\(fraction)\(offset)"
            #expect(try Self.parse(lines).acquiredAt.nanoseconds == nanoseconds)
        }
    }

    @Test func everyCutIsRefused() throws {
        let bytes = Array((Self.existing + ["epoch=17", "token=abcdef"]).joined(separator: "\n").utf8) + [10]
        _ = try LockMarker(parsing: bytes)
        let wholeLines = bytes.indices.filter { bytes[$0] == 10 }.suffix(3).map { $0 + 1 }
        for length in 0..<bytes.count where !wholeLines.contains(length) {
            #expect(throws: MarkerSyntaxError.self) { try LockMarker(parsing: Array(bytes[..<length])) }
        }
    }

    @Test(arguments: [
        (0, "cortex-restore-active-store-lock-v2", 1), (1, "pid=", 2), (1, "pid=-1", 2), (1, "pid=+1", 2),
        (1, "pid=4294967296", 2), (1, "pid 4242", 2), (2, "host=a\rscope=x", 3), (2, "host=a\u{7}", 3),
        (2, "hostname=a", 8), (5, "acquired_at=yesterday", 6), (5, "acquired_at=2026-03-14 15:09:26Z", 6),
        (7, "restore_intent_blake3=af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262", 8),
        (7, "restore_intent_blake3=sha256:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262", 8),
        (3, "scope=staging", 7), (2, "", 3),
    ])
    func whatIsWrongIsRefusedWithItsLine(_ index: Int, _ line: String, _ number: Int) throws {
        var lines = Self.existing
        lines[index] = line
        let error = try #require(try Self.syntaxError(lines))
        #expect(error.line == number, "\(error)")
    }

    @Test func linesMayBeInAnyOrderAndUnknownOnesAreKept() throws {
        let lines = [Self.existing[0], "ticket=7", "epoch=3"] + Self.existing[1...].reversed() + ["note==x=", "a="]
        let marker = try Self.parse(Array(lines))
        #expect(marker.otherLines == ["ticket=7", "note==x=", "a="])
        #expect(marker.epoch == 3)
        #expect(try LockMarker(parsing: marker.encoded()) == marker)
        #expect(throws: MarkerSyntaxError.self) { try Self.parse(Array(lines) + ["ticket=8"]) }
    }

    /// A host name, or any other value, must not be able to end its line and begin another.
    @Test(arguments: ["\n", "\r", "\u{0}", "\u{1b}", "\u{7f}", "\u{85}", "\u{2028}", "\u{2029}"])
    func controlCharactersAreNotWritten(_ character: String) throws {
        let bad = "a\(character)scope=staging"
        let changes: [(inout LockMarker) -> Void] = [
            { $0.host = bad }, { $0.deploymentID = bad }, { $0.operatorPrincipalID = bad }, { $0.scope = bad },
            { $0.header = bad }, { $0.bootID = bad }, { $0.machineID = bad }, { $0.executable = bad },
            { $0.token = bad }, { $0.preservedReason = bad }, { $0.otherLines = [bad] },
        ]
        for change in changes {
            var marker = try Self.sample()
            change(&marker)
            #expect(try lockError { _ = try marker.encoded() }?.code == "invalid_value")
        }
    }

    /// A marker may be full of keys, and is read while the lock is held.
    @Test func aMarkerOfThousandsOfKeysIsReadInTimeThatGrowsWithIt() throws {
        func text(_ keyCount: Int) -> [UInt8] {
            let keys = (0..<keyCount).map { "\(String($0, radix: 36))=" }
            return Array(((Self.existing + keys).joined(separator: "\n") + "\n").utf8)
        }
        /// What the thread itself used: how long it takes says more about who else runs.
        func processorTime() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return time.tv_sec * 1_000_000_000 + time.tv_nsec
        }
        func nanoseconds(_ bytes: [UInt8]) throws -> Int {
            var least = Int.max
            for _ in 0..<3 {
                let start = processorTime()
                #expect(try !LockMarker(parsing: bytes).otherLines.isEmpty)
                least = min(least, processorTime() - start)
            }
            return least
        }
        let (few, many) = (text(1_200), text(12_000))
        #expect(many.count < 1 << 16)
        // A hundred times as long where each key is compared with all before it.
        #expect(try nanoseconds(many) < nanoseconds(few) * 40)
        let twice = try Self.syntaxError(Self.existing + (0..<9_000).map { "\($0 % 8_999)=" })
        #expect(twice?.line == 9_008)
        #expect(twice?.reason == "0 stands on line 9 already")
    }

    /// A mark that combines with the equals sign or the line feed before it makes neither another character.
    @Test func aValueMayBeginWithACombiningMark() throws {
        var marker = try Self.sample()
        marker.host = "\u{301}x"
        marker.otherLines = ["\u{308}note=\u{301}"]
        #expect(try LockMarker(parsing: marker.encoded()) == marker)
        marker.header = "a=\u{301}"
        #expect(throws: LockError.self) { try marker.encoded() }
    }

    @Test func anIntentIsABLAKE3Digest() throws {
        var marker = try Self.sample()
        marker.restoreIntent = Digest(hashing: [])
        #expect(try lockError { _ = try marker.encoded() }?.code == "invalid_value")
    }

    @Test func randomMarkersAreReadAsTheyWereWritten() throws {
        var random = SplitMix64(seed: 4)
        let alphabet = Array("abc=ü 7/.-漢".unicodeScalars)
        func text() -> String {
            var text = ""
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
            }
            return text
        }
        for _ in 0..<500 {
            var marker = try Self.sample()
            marker.processID = .random(in: 0...UInt32.max, using: &random)
            (marker.host, marker.deploymentID, marker.scope) = (text(), text(), text())
            marker.operatorPrincipalID = text()
            marker.acquiredAt = Timestamp(
                secondsSinceEpoch: .random(in: 0...4_000_000_000, using: &random),
                nanoseconds: .random(in: 0...999_999_999, using: &random)
            )
            if Bool.random(using: &random) { marker.bootID = text() }
            if Bool.random(using: &random) { marker.startTicks = .random(in: 0...UInt64.max, using: &random) }
            if Bool.random(using: &random) { marker.executable = text() }
            if Bool.random(using: &random) { marker.epoch = .random(in: 0...UInt64.max, using: &random) }
            #expect(try LockMarker(parsing: marker.encoded()) == marker)
        }
    }
}
