import Canonical
import FileSystemSeam
import HoldfastCLI
import TestSupport
import Testing

@Suite("holdfast digest")
struct DigestCommandTests {
    @Test func theDigestOfNothingIsKnown() {
        let run = CommandRun("digest", input: "")
        #expect(run.code == .done)
        #expect(run.output == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n")
        let blake3 = CommandRun("digest", "--algorithm", "blake3", "-", input: "")
        #expect(blake3.output == "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262\n")
    }

    @Test func bytesAreHashedAsTheyAre() {
        let bytes: [UInt8] = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for algorithm in DigestAlgorithm.allCases {
            let run = CommandRun(["digest", "--algorithm", algorithm.rawValue], input: bytes)
            #expect(run.output == "\(Digest(hashing: bytes, algorithm: algorithm))\n")
        }
    }

    @Test func canonicalDoesNotSeeSpelling() {
        let one = CommandRun("digest", "--canonical", "jcs", input: "{\"b\":1,\"a\":2}")
        let other = CommandRun("digest", "--canonical=jcs", input: " { \"a\":2.0, \"b\":1 } \n")
        #expect(one.code == .done)
        #expect(one.output == other.output)
        #expect(one.output == "\(Digest(hashing: Array("{\"a\":2,\"b\":1}".utf8)))\n")
    }

    @Test func jsonNamesTheAlgorithm() throws {
        let json = try CommandRun("digest", "--json", "--algorithm", "blake3", input: "abc").json()
        #expect(json["algorithm"]?.string == "blake3")
        #expect(json["digest"]?.string == "\(Digest(hashing: Array("abc".utf8), algorithm: .blake3))")
    }

    @Test func anUnknownAlgorithmIsAUsageError() {
        CommandRun("digest", "--algorithm", "md5").expectError(.usage, "sha256 or blake3", "\"md5\"")
    }

    @Test func canonicalRefusesWhatIsNotJSON() {
        CommandRun("digest", "--canonical", "jcs", input: "nope").expectError(.malformedInput, "standard input")
    }

    @Test func aDescriptorCanBeRead() {
        let streams = BufferedStreams()
        streams.inputs[7] = Array("abc".utf8)
        let run = CommandRun(["digest", "/dev/fd/7"], streams: streams)
        #expect(run.output == "\(Digest(hashing: Array("abc".utf8)))\n")
        CommandRun("digest", "/dev/fd/9").expectError(.inputOutput, "descriptor 9 cannot be read")
    }
}
