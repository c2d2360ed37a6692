import Canonical
import Foundation
import Signing
import TestSupport
import Testing

@Suite struct SecrecyTests {
    @Test func noDescriptionOfAKeyShowsTheSeed() throws {
        let seed = (0..<32).map { UInt8(200 - $0) }
        let key = try SigningKey(seed: seed)
        let signer = try NoteSigner(name: "example.com/log", key: key)
        var dumped = ""
        dump(key, to: &dumped)
        dump(signer, to: &dumped)
        dump([Optional(key)], to: &dumped)
        let texts = [
            "\(key)", key.debugDescription, String(reflecting: key), "\([key])", "\(signer)",
            String(reflecting: signer),
            "\(Mirror(reflecting: key).children.map { "\($0)" })",
            "\(Mirror(reflecting: signer).children.map { "\($0)" })",
            dumped,
        ]
        let spellings = [
            Hex.encode(seed), Hex.encode(Array(seed.prefix(4))), Base64.encode(seed, .standard),
            Base64.encode(seed, .urlUnpadded), "200, 199, 198",
        ]
        for text in texts {
            #expect(text.contains(key.publicKey.base64URL) || text.contains(signer.verifier.encoded), "\(text)")
            for spelling in spellings { #expect(!text.contains(spelling), "\(text)") }
        }
    }

    @Test func noErrorShowsTheSeed() throws {
        let body = KeyFormatTests.body
        let pem = "-----BEGIN PRIVATE KEY-----\n\(body)\nAAAA\n-----END PRIVATE KEY-----\n"
        let error = #expect(throws: KeyError.self) { try SigningKey(pem: pem) }
        let noteKey = "PRIVATE+KEY+name+00000000+" + Base64.encode([1] + bytes(KeyFormatTests.seed), .standard)
        let noteError = #expect(throws: NoteKeyError.self) { try NoteSigner(parsing: noteKey) }
        for text in ["\(try #require(error))", "\(try #require(noteError))"] {
            #expect(!text.contains("d4ee72") && !text.contains("1O5y2") && !text.contains("212, 238"))
        }
    }

    @Test func aSeedThatIsToBeWipedIsZeroAfterwards() throws {
        var seed = [UInt8](repeating: 7, count: 32)
        let key = try SigningKey(wiping: &seed)
        #expect(seed == [UInt8](repeating: 0, count: 32))
        #expect(try key.publicKey == SigningKey.numbered(7).publicKey)
        var short = [UInt8](repeating: 7, count: 31)
        #expect(throws: KeyError.seedLength(31)) { try SigningKey(wiping: &short) }
        #expect(short == [UInt8](repeating: 0, count: 31))
    }

    #if os(Linux)
    /// Searches all memory that the process can write for the second half of a seed, which nothing but this test uses.
    /// The first half is left out: an allocator writes over the start of what it takes back. What was decoded on the
    /// way stands in memory that was given back last, so that the search comes before anything else is allocated.
    @Test func aReleasedKeyLeavesNoTraceInMemory() throws {
        let pem = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIHIS9u1mFAF0jQ1aY1sKqLq11ClnjVKcQCS1EW/FONHv
            -----END PRIVATE KEY-----
            """
        let inverted: [UInt8] = [74, 43, 214, 152, 114, 173, 99, 191, 219, 74, 238, 144, 58, 199, 46, 16]
        let tooLong = pem.replacing("ONHv", with: "ONHv\nAAAA")
        let spoilt = pem.replacing("ONHv", with: "ONH-")
        _ = try SigningKey.numbered(1).signature(for: [1])  // libcrypto's own memory is listed with the rest
        let memory = try ProcessMemory()

        var key: SigningKey? = try SigningKey(pem: pem)
        let afterReading = memory.occurrences(ofInverted: inverted)
        _ = try key?.signature(for: [1, 2, 3])
        let afterSigning = memory.occurrences(ofInverted: inverted)
        key = nil
        let afterRelease = memory.occurrences(ofInverted: inverted)
        #expect(afterReading == 1, "only libcrypto's copy may be there")
        #expect(afterSigning == 1)
        #expect(afterRelease == 0)

        key = try? SigningKey(pem: tooLong)
        let afterRefusal = memory.occurrences(ofInverted: inverted)
        #expect(key == nil)
        #expect(afterRefusal == 0, "a refused key is wiped too")
        key = try? SigningKey(pem: spoilt)
        let afterDecodingInPart = memory.occurrences(ofInverted: Array(inverted.dropLast(3)))
        #expect(key == nil)
        #expect(afterDecodingInPart == 0, "a key that was decoded in part is wiped too")
    }

    @Test func aReleasedNoteSignerLeavesNoTraceInMemory() throws {
        let encoded = "PRIVATE+KEY+trace+8ff420f9+ARB3JsWzyv/UM3in/zT/md4R7mTcfSo5bbfWmSjEffon"
        let inverted: [UInt8] = [238, 17, 155, 35, 130, 213, 198, 146, 72, 41, 102, 215, 59, 130, 5, 216]
        _ = try SignedNoteTests.signer(1)
        let memory = try ProcessMemory()
        var signer: NoteSigner? = try NoteSigner(parsing: encoded)
        let afterReading = memory.occurrences(ofInverted: inverted)
        let note = try SignedNote(text: "text\n", signedBy: [#require(signer)])
        signer = nil
        let afterRelease = memory.occurrences(ofInverted: inverted)
        #expect(afterReading == 1, "only libcrypto's copy may be there")
        #expect(afterRelease == 0)
        #expect(note.signatures.count == 1)
    }
    #endif
}
