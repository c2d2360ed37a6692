import Canonical
import Signing
import TestSupport
import Testing

/// What a lax verifier lets pass. Where libcrypto is one, the tests say so: the strict layer is what refuses.
@Suite struct StrictVerificationTests {
    /// The eight points whose order divides 8.
    static let smallOrderPoints = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ]

    /// Further encodings of four of them: y + p, and x = 0 with its sign bit set.
    static let otherEncodings: [(String, KeyError)] = [
        ("0100000000000000000000000000000000000000000000000000000000000080", .smallOrderPublicKey),
        ("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", .smallOrderPublicKey),
        ("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", .nonCanonicalPublicKey),
        ("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", .nonCanonicalPublicKey),
        ("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", .nonCanonicalPublicKey),
        ("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", .nonCanonicalPublicKey),
    ]

    static let identity = bytes(smallOrderPoints[0])
    static let zero = [UInt8](repeating: 0, count: 32)

    @Test(arguments: smallOrderPoints.map { ($0, KeyError.smallOrderPublicKey) } + otherEncodings)
    func aKeyOfSmallOrderVerifiesForLibcryptoAloneAndNeverForUs(_ hex: String, _ reason: KeyError) throws {
        let keyBytes = bytes(hex)
        // R = identity and S = 0 fit whenever the hash is a multiple of the key's order: for every eighth message at
        // least, and without any private key.
        let forgery = Self.identity + Self.zero
        var acceptedByLibrary = 0
        for number in 0..<128 {
            let message = Array("forged \(number)".utf8)
            if try VerifyingKey.isAcceptedByLibrary(signature: forgery, for: message, keyBytes: keyBytes) {
                acceptedByLibrary += 1
            }
            #expect(!VerifyingKey.isValid(signature: forgery, for: message, keyBytes: keyBytes))
        }
        #expect(acceptedByLibrary > 0, "libcrypto has become strict itself: say so in LibraryKey")
        #expect(throws: reason) { try VerifyingKey(bytes: keyBytes) }
        let text = Base64.encode(keyBytes, .urlUnpadded)
        #expect(throws: reason) { try VerifyingKey(base64URL: text) }
    }

    @Test func aSignatureWithTheIdentityAsItsPointIsRefusedEvenFromTheKeysOwner() throws {
        // Made with the private scalar: S = SHA-512(R ‖ A ‖ M) · a.
        let key = try VerifyingKey(bytes: bytes("4dac9b6c124598d42d70dbd05fa89313ef5817a12078281eead43886dd21597d"))
        let signature = Self.identity + bytes("2d53b61f378ed6f94f22a08bfd9e6f406e2f58ae19b4950ef52de050f52ce60d")
        let message = Array("message".utf8)
        #expect(try VerifyingKey.isAcceptedByLibrary(signature: signature, for: message, keyBytes: key.bytes))
        #expect(throws: VerificationError.smallOrderPoint) { try key.verify(signature: signature, for: message) }
    }

    /// The key is a proper one plus a point of order 8, and each R is one of the eight points.
    @Test(arguments: [
        (0, "38ae4827cca6fb5486f208b29ec2fdc05c501e724420d09106fcbcef1dd03701", "message 3"),
        (1, "783b4629aaa33e4de762b245895da34aad75887656053426d37664a353de2207", "message 11"),
        (2, "01c7d8fe789116a216217d377a4c67f4d81404cc3fbfbd475b240f576496db00", "message 4"),
        (3, "daeb17455653d3f3c46634bdbc89e0c5a0099cd0917165425bb622c23359a90f", "message 8"),
        (4, "0ef2ef3724afc145856476a8b7102f69562e38c53fe245e2c8097093b86de50e", "message 2"),
        (5, "3dbd3a1ce0778ab4a74c9b32975fb27b580affa51760edc6dd6eb95738616305", "message 15"),
        (6, "88f41a29b39b2e3a4ca30ab99b14528427484dffdeaecf47a73c5068d809170f", "message 11"),
        (7, "f3b95a957d92f1d1744496f9324adec88189c88249f68856e666214c75a5b700", "message 0"),
    ])
    func aSignaturePointOfSmallOrderIsRefused(_ point: Int, _ scalar: String, _ text: String) throws {
        let key = try VerifyingKey(bytes: bytes("61762226fd32197a3ac87cef1c077f74b836e9201cb3f3b380667bbec9b16771"))
        let signature = bytes(Self.smallOrderPoints[point]) + bytes(scalar)
        let message = Array(text.utf8)
        #expect(try VerifyingKey.isAcceptedByLibrary(signature: signature, for: message, keyBytes: key.bytes))
        #expect(throws: VerificationError.smallOrderPoint) { try key.verify(signature: signature, for: message) }
        #expect(!key.isValid(signature: signature, for: message))
    }

    @Test func aSignaturePointThatIsNotCanonicalIsRefused() throws {
        let key = try SigningKey.numbered(1).publicKey
        for (hex, reason) in Self.otherEncodings {
            let expected: VerificationError = reason == .smallOrderPublicKey ? .smallOrderPoint : .nonCanonicalPoint
            #expect(throws: expected) { try key.verify(signature: bytes(hex) + Self.zero, for: []) }
        }
    }

    @Test func theKeyBoundaryIsThePrimeItself() throws {
        // Of y = p … p + 18, which is all that 255 bits have room for, none may pass; y = p − 2 is the first to be
        // judged by the curve.
        for low in UInt8(0xed)...0xff {
            var keyBytes = [UInt8](repeating: 0xff, count: 32)
            keyBytes[0] = low
            for high: UInt8 in [0x7f, 0xff] {
                keyBytes[31] = high
                #expect(throws: KeyError.nonCanonicalPublicKey) { try VerifyingKey(bytes: keyBytes) }
            }
        }
        #expect(throws: KeyError.publicKeyNotOnCurve) {
            try VerifyingKey(bytes: [0xeb] + [UInt8](repeating: 0xff, count: 30) + [0x7f])
        }
    }

    @Test func aKeyOffTheCurveIsRefused() throws {
        // Of y = 2 … 11, these belong to a point; recomputed with another implementation.
        let onCurve: Set<UInt8> = [3, 4, 5, 6, 9, 10]
        for y in UInt8(2)...11 {
            for sign: UInt8 in [0, 0x80] {
                let keyBytes = [y] + [UInt8](repeating: 0, count: 30) + [sign]
                if onCurve.contains(y) {
                    #expect(throws: Never.self) { try VerifyingKey(bytes: keyBytes) }
                } else {
                    #expect(throws: KeyError.publicKeyNotOnCurve) { try VerifyingKey(bytes: keyBytes) }
                }
            }
        }
    }

    @Test func aScalarThatIsNotReducedIsRefused() throws {
        let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        let message = Array("malleable".utf8)
        for number in UInt8(1)...20 {
            let key = try SigningKey.numbered(number)
            var signature = try key.signature(for: message)
            for _ in 1...15 {
                var carry: UInt16 = 0
                for index in 0..<32 {
                    let sum = UInt16(signature[32 + index]) + UInt16(order[index]) + carry
                    signature[32 + index] = UInt8(truncatingIfNeeded: sum)
                    carry = sum >> 8
                }
                guard carry == 0 else { break }
                #expect(throws: VerificationError.nonCanonicalScalar) {
                    try key.publicKey.verify(signature: signature, for: message)
                }
            }
        }
        // L itself is too large, L − 1 is merely wrong.
        let key = try SigningKey.numbered(1)
        let point = try key.signature(for: message).prefix(32)
        #expect(throws: VerificationError.nonCanonicalScalar) {
            try key.publicKey.verify(signature: point + order, for: message)
        }
        #expect(throws: VerificationError.mismatch) {
            try key.publicKey.verify(signature: point + [0xec] + order.dropFirst(), for: message)
        }
    }

    @Test func everyFlippedBitIsNoticed() throws {
        let key = try SigningKey.numbered(7)
        let message = Array("an approval was used".utf8)
        let signature = try key.signature(for: message)
        let keyBytes = key.publicKey.bytes
        #expect(VerifyingKey.isValid(signature: signature, for: message, keyBytes: keyBytes))
        func flipped(_ bytes: [UInt8], _ bit: Int) -> [UInt8] {
            var bytes = bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            return bytes
        }
        for bit in 0..<signature.count * 8 {
            #expect(!key.publicKey.isValid(signature: flipped(signature, bit), for: message))
        }
        for bit in 0..<message.count * 8 {
            #expect(!key.publicKey.isValid(signature: signature, for: flipped(message, bit)))
        }
        for bit in 0..<keyBytes.count * 8 {
            #expect(!VerifyingKey.isValid(signature: signature, for: message, keyBytes: flipped(keyBytes, bit)))
        }
    }

    @Test func anyBytesGetAnAnswer() throws {
        var generator = SplitMix64(seed: 25519)
        let key = try SigningKey.numbered(3).publicKey
        for length in 0...130 {
            let signature = generator.bytes(length)
            let keyBytes = generator.bytes(length)
            #expect(!key.isValid(signature: signature, for: signature))
            #expect(!VerifyingKey.isValid(signature: signature, for: [], keyBytes: keyBytes))
            if length != 64 {
                #expect(throws: VerificationError.signatureLength(length)) {
                    try key.verify(signature: signature, for: [])
                }
            }
            if length != 32 {
                #expect(throws: KeyError.publicKeyLength(length)) { try VerifyingKey(bytes: keyBytes) }
                #expect(throws: KeyError.seedLength(length)) { try SigningKey(seed: keyBytes) }
            }
        }
    }

    @Test func aRandomKeyIsTakenExactlyWhenItCanBeOnTheCurve() throws {
        // Half of all y belong to a point. A wrong rule would take all, none, or refuse real keys.
        var generator = SplitMix64(seed: 8)
        var taken = 0
        for _ in 0..<400 {
            if (try? VerifyingKey(bytes: generator.bytes(32))) != nil { taken += 1 }
            let real = try SigningKey(seed: generator.bytes(32)).publicKey
            #expect(try VerifyingKey(bytes: real.bytes) == real)
        }
        #expect((150...250).contains(taken), "\(taken)")
    }
}
