internal import Signing

/// Keys from files; never from arguments, where every process could see them.
enum KeyInput {
    /// A private key in PEM, as `openssl genpkey -algorithm ed25519` writes it.
    static func signingKey(_ path: String, _ context: CommandContext) throws(CommandFailure) -> SigningKey {
        let (text, name) = try read(path, "the private key (PEM)", context)
        do throws(KeyError) {
            return try SigningKey(pem: text)
        } catch {
            throw .malformed("\(name) is no Ed25519 private key in PEM: \(error)", code: "malformed_key")
        }
    }

    /// A public key in PEM, as `openssl pkey -pubout` writes it.
    static func publicKey(_ path: String, _ context: CommandContext) throws(CommandFailure) -> VerifyingKey {
        let (text, name) = try read(path, "the public key (PEM)", context)
        do throws(KeyError) {
            return try VerifyingKey(pem: text)
        } catch {
            throw .malformed("\(name) is no Ed25519 public key in PEM: \(error)", code: "malformed_key")
        }
    }

    private static func read(
        _ path: String,
        _ expected: String,
        _ context: CommandContext
    ) throws(CommandFailure) -> (text: String, name: String) {
        var source = try InputSource(path, expected: expected, in: context)
        let bytes = try source.readAll(maximum: InputLimits.keyByteCount)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("\(source.name) is not a text; give a key in PEM", code: "malformed_key")
        }
        return (text, source.name)
    }
}
