import Canonical
import Testing

@testable import Journal

/// Watermarks and manifests are read without a parser where they are as they are written. That must accept nothing that
/// the parser does not, and understand it in the same way.
@Suite struct PlainReadingTests {
    private static let digest = "sha256:" + String(repeating: "0a", count: 32)

    private static func watermark(_ change: (inout Watermark) -> Void = { _ in }) -> Watermark {
        var watermark = Watermark(journalID: "jrn_0123456789abcdef0123456789abcdef", bootID: "boot-1")
        watermark.index = 12
        watermark.digest = digest
        watermark.updatedAt = "2026-05-01T08:00:11Z"
        watermark.end = RecordPosition(segment: 1, offset: 7304)
        watermark.size = 16384
        change(&watermark)
        return watermark
    }

    private static let plain: [Watermark] = [
        watermark(),
        watermark { $0 = Watermark(journalID: "", bootID: "") },
        watermark { $0.size = nil },
        watermark { ($0.size, $0.unsyncedIndex, $0.wipingEnd) = (nil, 17, 9000) },
        watermark { ($0.unsyncedIndex, $0.wipingEnd) = (0, 0) },
        watermark { ($0.end.offset, $0.end.segment) = (.max, 1_000_000_000_000_000_000) },
        watermark { ($0.updatedAt, $0.digest) = (String(repeating: "t", count: 64), "\u{7F}~ [x]") },
        watermark {
            ($0.journalID, $0.bootID) = (String(repeating: "j", count: 64), String(repeating: "b", count: 64))
        },
    ]

    @Test(arguments: plain.indices) func whatIsWrittenIsReadWithoutTheParser(place: Int) {
        let watermark = Self.plain[place]
        #expect(Watermark(plain: watermark.bytes) == watermark)
        #expect(Watermark.parse(watermark.bytes) == .watermark(watermark))
    }

    @Test func textThatIsNotPlainIsLeftToTheParser() {
        let odd: [Watermark] = [
            Self.watermark { $0.bootID = "böot" },
            Self.watermark { $0.digest = "\"quoted\"" },
            Self.watermark { $0.digest = "a\\b" },
            Self.watermark { $0.index = .max },
        ]
        for watermark in odd {
            #expect(Watermark(plain: watermark.bytes) == nil)
            #expect(Watermark.read(watermark.bytes) == .watermark(watermark))
        }
    }

    /// A longer digest leaves no room for what the next writer may have to note.
    @Test(arguments: [72, 100, 180, 250]) func aTextThatIsNoDigestIsNoWatermark(count: Int) {
        for text in [String(repeating: "0", count: count), String(repeating: "\"", count: count / 2)] {
            let bytes = Self.watermark { ($0.digest, $0.updatedAt) = (text, "") }.bytes
            #expect(Watermark(plain: bytes) == nil)
            guard case .unreadable = Watermark.parse(bytes) else {
                Issue.record("\(Watermark.parse(bytes))")
                continue
            }
        }
    }

    /// Whatever is read, there is room for more.
    @Test func theLargestWatermarkThatIsReadCanBeWrittenAgain() throws {
        for text in [String(repeating: "0", count: 71), String(repeating: "\"", count: 35), "\u{1}\u{2}\u{3}"] {
            let full = Self.watermark {
                ($0.index, $0.digest, $0.updatedAt) = (.max, text, String(repeating: "t", count: 64))
                ($0.journalID, $0.bootID) = (String(repeating: "j", count: 64), String(repeating: "b", count: 64))
                ($0.end.segment, $0.end.offset, $0.size) = (.max, .max, .max)
            }
            guard case .watermark(var watermark) = Watermark.read(full.bytes) else {
                Issue.record("\(Watermark.read(full.bytes))")
                continue
            }
            (watermark.unsyncedIndex, watermark.wipingEnd) = (.max, .max)
            let bytes = watermark.bytes
            #expect(bytes.count == 512)
            guard case .watermark(let again) = Watermark.read(bytes) else {
                Issue.record("\(Watermark.read(bytes))")
                continue
            }
            #expect((again.index, again.digest, again.unsyncedIndex) == (.max, text, .max))
            #expect((again.end, again.size, again.wipingEnd) == (watermark.end, .max, .max))
        }
    }

    /// Whatever byte is changed.
    @Test func aChangedByteIsNoWatermark() {
        let bytes = Self.watermark { ($0.unsyncedIndex, $0.wipingEnd) = (17, 9000) }.bytes
        for place in bytes.indices {
            for byte: UInt8 in [0, 0x20, 0x0A, 0x22, 0x30, 0x39, 0x5C, 0x7D, bytes[place] ^ 1, bytes[place] ^ 0x80]
            where byte != bytes[place] {
                var changed = bytes
                changed[place] = byte
                #expect(Watermark(plain: changed) == nil)
            }
        }
    }

    /// Other spellings, with the right check for each.
    @Test func bothWaysJudgeOtherSpellingsAlike() {
        let start = #"{"index":12,"digest":"d","updated_at":"t","segment":1,"end":73,"#
        let ids = #""journal_id":"j","boot_id":"b""#
        let texts = [
            start + ids, start + #""size":0,"# + ids, start + #""size":007,"# + ids, start + #""size":null,"# + ids,
            start + #""size":-1,"# + ids, start + #""size":1.0,"# + ids, start + #""size":9223372036854775808,"# + ids,
            start + #""size": 5,"# + ids, start + #""size":5,"size":5,"# + ids, start + ids + #","size":5"#,
            start + ids + #","wiping_end":5,"unsynced_index":5"#,
            start + ids + #","unsynced_index":18446744073709551615"#,
            start + ids + #","unknown":5"#, start + ids + #","unsynced_index":"5""#, " " + start + ids,
            #"{"digest":"d","index":12,"updated_at":"t","segment":1,"end":73,"# + ids,
            #"{"index":12,"digest":"d","segment":1,"end":73,"# + ids,
            start + #""journal_id":"j","boot_id":"\u0062""#, start + #""journal_id":"j","boot_id":null"#,
            start + #""journal_id":"\#(String(repeating: "j", count: 65))","boot_id":"b""#,
            start + #""journal_id":"j","boot_id":"\#(String(repeating: "b", count: 65))""#,
            #"{"index":12,"digest":"d","updated_at":"\#(String(repeating: "t", count: 65))","segment":1,"end":73,"#
                + ids,
            #"{"index":12,"digest":"\#(String(repeating: "d", count: 400))","updated_at":"t","segment":1,"end":73,"#
                + ids,
        ]
        var plainCount = 0
        for text in texts {
            let declared = Array(text.utf8)
            let check = Digest(hashing: declared).hex.prefix(16)
            for (check, filling, last) in [
                (String(check), " ", "\n"), (check.uppercased(), " ", "\n"), (String(check), "\t", "\n"),
                (String(check), " ", " "), (String(check.dropLast()), " ", "\n"),
            ] {
                var bytes = declared + Array(",\"check\":\"\(check)\"}".utf8)
                while bytes.count < Watermark.byteCount - 1 { bytes += filling.utf8 }
                bytes += last.utf8
                let parsed = Watermark.parse(bytes)
                #expect(Watermark.read(bytes) == parsed, "\(text)")
                if let plain = Watermark(plain: bytes) {
                    plainCount += 1
                    #expect(parsed == .watermark(plain), "\(text)")
                }
                for other in [Array(bytes.dropLast()), bytes + [UInt8(ascii: "\n")], declared] {
                    #expect(Watermark(plain: other) == nil)
                }
            }
        }
        #expect(plainCount == 2)
    }

    @Test func bothWaysReadAManifestAlike() {
        for id in ["jrn_0123456789abcdef0123456789abcdef", "", "@", "jrn_ü", "a\"b", "a\\b", "\u{7F}"] {
            let manifest = JournalManifest(format: .segments, journalID: id)
            let bytes = manifest.bytes
            #expect(JournalManifest.read(bytes) == .manifest(manifest))
            #expect(JournalManifest.parse(bytes) == .manifest(manifest))
            for place in bytes.indices {
                for byte: UInt8 in [0, 0x20, 0x22, 0x5C, 0x7B, 0x7D, bytes[place] ^ 1, bytes[place] ^ 0x80] {
                    var changed = bytes
                    changed[place] = byte
                    #expect(JournalManifest.read(changed) == JournalManifest.parse(changed))
                }
                let cut = Array(bytes[..<place])
                #expect(JournalManifest.read(cut) == JournalManifest.parse(cut))
            }
            let longer = bytes + [UInt8(ascii: "\n")]
            #expect(JournalManifest.read(longer) == JournalManifest.parse(longer))
        }
    }
}
