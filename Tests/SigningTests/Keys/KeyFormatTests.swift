import Canonical
import Signing
import Testing

@Suite struct KeyFormatTests {
    /// The example keys of RFC 8410 section 10.
    static let privatePEM = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----

        """
    static let publicPEM = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
        -----END PUBLIC KEY-----

        """
    static let seed = "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"
    static let publicKey = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"

    @Test func readsAndWritesTheExamplesOfTheStandard() throws {
        let key = try SigningKey(pem: Self.privatePEM)
        #expect(Hex.encode(key.publicKey.bytes) == Self.publicKey)
        #expect(try SigningKey(seed: bytes(Self.seed)).publicKey == key.publicKey)
        #expect(try VerifyingKey(pem: Self.publicPEM) == key.publicKey)
        #expect(key.publicKey.pem == Self.publicPEM)
        let signature = try key.signature(for: [1, 2, 3])
        #expect(try SigningKey(seed: bytes(Self.seed)).signature(for: [1, 2, 3]) == signature)
    }

    @Test func lineEndsMayBeOfEitherKindAndTheLastMayBeMissing() throws {
        for pem in [
            Self.privatePEM.replacing("\n", with: "\r\n"), String(Self.privatePEM.dropLast()),
            String(Self.privatePEM.replacing("\n", with: "\r\n").dropLast()),
        ] {
            #expect(Hex.encode(try SigningKey(pem: pem).publicKey.bytes) == Self.publicKey)
        }
    }

    /// The other form of RFC 8410 section 10.3, with attributes and public key.
    static let versionTwo = """
        -----BEGIN PRIVATE KEY-----
        MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
        Z9w7lshQhqowtrbLDFw4rXAxZuE=
        -----END PRIVATE KEY-----

        """
    static let body = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"

    @Test(
        arguments: [
            ("", .pemLabel(expected: "PRIVATE KEY")),
            ("\n" + privatePEM, .pemLabel(expected: "PRIVATE KEY")),
            ("Key:\n" + privatePEM, .pemLabel(expected: "PRIVATE KEY")),
            (publicPEM, .pemLabel(expected: "PRIVATE KEY")),
            (privatePEM.replacing("PRIVATE KEY", with: "EC PRIVATE KEY"), .pemLabel(expected: "PRIVATE KEY")),
            (privatePEM.replacing("PRIVATE KEY", with: "ENCRYPTED PRIVATE KEY"), .pemLabel(expected: "PRIVATE KEY")),
            (privatePEM.replacing("-----BEGIN", with: "----BEGIN"), .pemLabel(expected: "PRIVATE KEY")),
            ("-----BEGIN PRIVATE KEY-----", .pemSyntax(line: 2)),
            ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", .pemSyntax(line: 2)),
            (privatePEM + "\n", .pemSyntax(line: 4)),
            (privatePEM + privatePEM, .derForm(byteOffset: 48)),  // the first END is where the text should have ended
            (privatePEM.replacing("END PRIVATE", with: "END PUBLIC"), .pemSyntax(line: 3)),
            (privatePEM.replacing("MC4C", with: "MC4*"), .pemSyntax(line: 2)),
            (privatePEM.replacing("MC4C", with: " MC4C"), .pemSyntax(line: 2)),
            (privatePEM.replacing("MC4C", with: "Proc-Type: 4\n\nMC4C"), .pemSyntax(line: 2)),
            (privatePEM.replacing("dVhC", with: "dVhCAAAA"), .pemSyntax(line: 2)),
            (privatePEM.replacing("dVhC", with: ""), .derForm(byteOffset: 45)),
            (privatePEM.replacing("dVhC", with: "dVhC\nAAAA"), .derForm(byteOffset: 48)),
            (privatePEM.replacing("MC4C", with: "MC8C"), .derForm(byteOffset: 1)),
            (privatePEM.replacing("K2Vw", with: "K2Vu"), .derForm(byteOffset: 11)),
            (versionTwo, .derForm(byteOffset: 1)),
        ] as [(String, KeyError)]
    )
    func anythingElseIsNoPrivateKey(_ pem: String, _ expected: KeyError) {
        #expect(throws: expected) { try SigningKey(pem: pem) }
    }

    @Test func aPublicKeyInPEMIsCheckedLikeAnyOther() throws {
        #expect(throws: KeyError.pemLabel(expected: "PUBLIC KEY")) { try VerifyingKey(pem: Self.privatePEM) }
        let header = bytes("302a300506032b6570032100")
        let identity = [1] + [UInt8](repeating: 0, count: 31)
        let text = Base64.encode(header + identity, .standard)
        let pem = "-----BEGIN PUBLIC KEY-----\n\(text)\n-----END PUBLIC KEY-----\n"
        #expect(throws: KeyError.smallOrderPublicKey) { try VerifyingKey(pem: pem) }
    }

    @Test func base64URLIsReadStrictly() throws {
        let key = try SigningKey.numbered(9).publicKey
        #expect(key.base64URL.utf8.count == 43)
        #expect(try VerifyingKey(base64URL: key.base64URL) == key)
        for text in [
            key.base64URL + "=", key.base64URL + "\n", " " + key.base64URL, "", "+" + key.base64URL.dropFirst(),
        ] {
            #expect(throws: (text.isEmpty ? KeyError.publicKeyLength(0) : .base64URL)) {
                try VerifyingKey(base64URL: text)
            }
        }
        #expect(throws: KeyError.publicKeyLength(31)) {
            try VerifyingKey(base64URL: Base64.encode(Array(key.bytes.dropLast()), .urlUnpadded))
        }
    }

    @Test func keysAreEqualWhenTheirBytesAre() throws {
        let key = try SigningKey.numbered(1).publicKey
        #expect(try Set([key, VerifyingKey(bytes: key.bytes), SigningKey.numbered(2).publicKey]).count == 2)
        #expect("\(key)" == "ed25519:" + key.base64URL)
    }

    @Test func aSharedKeySignsFromManyTasks() async throws {
        let key = try SigningKey.numbered(5)
        let expected = try key.signature(for: [1, 2, 3])
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        let signature = try key.signature(for: [1, 2, 3])
                        guard signature == expected, key.publicKey.isValid(signature: signature, for: [1, 2, 3]) else {
                            return false
                        }
                    }
                    return true
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }
}
