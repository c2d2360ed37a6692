import Canonical
import Foundation
import Signing
import TestSupport
import Testing

/// Checkpoints that an existing implementation signed; the file says of each whether its signature is to be believed.
@Suite struct HubCheckpointTests {
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
        struct Record: Decodable, Sendable {
            let hub_public_key: String
            let hub_signature: String
        }

        let name: String
        let seed_hex: String
        let public_key_hex: String
        let signing_bytes: String
        let verify_strict_math: String
        let record: Record

        var testDescription: String { name }
    }

    struct Expected: Decodable {
        let valid: [String]
        let invalid: [String]
    }

    static func file(_ name: String) throws -> Data { Data(try Fixtures.bytes("signing", "hub-checkpoints", name)) }

    static let rows: [Row] = {
        do {
            return try file("input.jsonl").split(separator: 0x0a)
                .map { try JSONDecoder().decode(Row.self, from: Data($0)) }
        } catch {
            Issue.record(error, "the fixture cannot be read")
            return []
        }
    }()

    @Test func theFixtureIsWholeAndAgreesWithWhatWeExpect() throws {
        let data = try Self.file("expected.json")
        let expected = try JSONDecoder().decode(Expected.self, from: data)
        #expect(Set(Self.rows.filter { $0.verify_strict_math == "Valid" }.map(\.name)) == Set(expected.valid))
        #expect(Set(Self.rows.filter { $0.verify_strict_math != "Valid" }.map(\.name)) == Set(expected.invalid))
        #expect(Self.rows.count == expected.valid.count + expected.invalid.count)
    }

    @Test(arguments: rows)
    func signaturesAgree(_ row: Row) throws {
        let key = try SigningKey(seed: bytes(row.seed_hex))
        #expect(Hex.encode(key.publicKey.bytes) == row.public_key_hex)
        #expect(key.publicKey.base64URL == row.record.hub_public_key)
        let message = Array(row.signing_bytes.utf8)
        let isExpected = row.verify_strict_math == "Valid"
        let signature = Base64.decode(row.record.hub_signature, .urlUnpadded)
        let verifying = try VerifyingKey(base64URL: row.record.hub_public_key)
        #expect(signature.map { verifying.isValid(signature: $0, for: message) } ?? false == isExpected)
        let ours = Base64.encode(try key.signature(for: message), .urlUnpadded)
        #expect((ours == row.record.hub_signature) == isExpected)
    }

    @Test func aSmallOrderHubKeyGivesInvalidAndNoCrash() throws {
        let row = try #require(Self.rows.first { $0.name == "valid-0" })
        let forgery = StrictVerificationTests.identity + StrictVerificationTests.zero
        for hex in StrictVerificationTests.smallOrderPoints {
            let message = Array(row.signing_bytes.utf8)
            #expect(!VerifyingKey.isValid(signature: forgery, for: message, keyBytes: bytes(hex)))
        }
    }
}
