/// The text of a note that at least one known key signed.
public struct VerifiedNote: Sendable {
    /// The text; it ends with a line feed.
    public let text: String
    /// The known keys that signed it, each once, in the order of their first lines; at least one.
    public let signers: [NoteVerifier]
    /// The signatures of unknown keys, which say nothing.
    public let unknownSignatures: [NoteSignature]
}

extension SignedNote {
    /// Verifies the note with the keys that are known.
    ///
    /// Signatures of unknown keys are ignored, also when they share a name or a key ID (not both) with a known one.
    /// Every signature that names a known key must be good, repeated ones too; at least one must be there.
    ///
    /// - Parameter verifiers: The known keys.
    /// - Returns: The text, to be believed as far as the keys are.
    /// - Throws: ``NoteError`` of kind ``NoteError/Kind/badSignature(name:keyID:)``,
    ///   ``NoteError/Kind/noKnownSignature``, ``NoteError/Kind/ambiguousVerifiers(name:keyID:)`` or
    ///   ``NoteError/Kind/library(_:)``. An unknown key is not an error.
    /// - Complexity: O(*signatures* · (*verifiers* + *n*)).
    public func verified(by verifiers: [NoteVerifier]) throws(NoteError) -> VerifiedNote {
        let message = Array(text.utf8)
        let firstLine = message.count { $0 == 0x0a } + 2
        var signers: [NoteVerifier] = []
        var unknown: [NoteSignature] = []
        for (index, signature) in signatures.enumerated() {
            guard let verifier = try Self.verifier(for: signature, in: verifiers) else {
                unknown.append(signature)
                continue
            }
            do {
                try verifier.key.verify(signature: signature.bytes, for: message)
            } catch .library(let error) {
                throw NoteError(.library(error), line: firstLine + index)
            } catch {
                let kind = NoteError.Kind.badSignature(name: signature.name, keyID: signature.keyID)
                throw NoteError(kind, line: firstLine + index)
            }
            if !signers.contains(verifier) { signers.append(verifier) }
        }
        guard !signers.isEmpty else { throw NoteError(.noKnownSignature) }
        return VerifiedNote(text: text, signers: signers, unknownSignatures: unknown)
    }

    /// The known key that a signature names, if any.
    private static func verifier(
        for signature: NoteSignature,
        in verifiers: [NoteVerifier]
    ) throws(NoteError) -> NoteVerifier? {
        var found: NoteVerifier?
        for verifier in verifiers where verifier.isNamed(by: signature) {
            if let found, found != verifier {
                throw NoteError(.ambiguousVerifiers(name: signature.name, keyID: signature.keyID))
            }
            found = verifier
        }
        return found
    }
}
