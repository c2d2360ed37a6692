import Canonical
import Signing

/// The bytes of a hexadecimal literal in a test.
func bytes(_ hex: String) -> [UInt8] {
    guard let bytes = Hex.decode(hex) else { preconditionFailure("a test's literal is not hexadecimal: \(hex)") }
    return bytes
}

extension SigningKey {
    /// A key that is always the same for the same number.
    static func numbered(_ number: UInt8) throws -> SigningKey {
        try SigningKey(seed: [UInt8](repeating: number, count: 32))
    }
}
