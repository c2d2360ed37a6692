internal import Canonical

/// One signature of a note: which key claims to have made it, and its bytes.
public struct NoteSignature: Sendable {
    /// The key's name.
    public let name: String
    /// The key's ID; with the name, it says which key.
    public let keyID: UInt32
    /// The signature without the key ID, at least one byte. Its form depends on the key.
    public let bytes: [UInt8]
}

extension NoteSignature: Equatable {
    /// Signatures are equal when all their bytes are, those of the name included.
    public static func == (left: Self, right: Self) -> Bool {
        left.keyID == right.keyID && left.bytes == right.bytes && TextBytes.isSame(left.name, right.name)
    }
}

/// A text with signatures (C2SP signed-note), not yet verified.
///
/// The text must not be believed before ``verified(by:)`` has given it back.
public struct SignedNote: Sendable {
    /// The most signatures a note may have. The format asks for at least 16; a limit keeps a forged note from costing
    /// much time.
    public static let maximumSignatures = 100
    /// The most bytes a note may have, signatures included: 1 MiB.
    public static let maximumBytes = 1 << 20

    /// The signed text; it ends with a line feed.
    public let text: String
    /// The signatures in the order of their lines, at least one.
    public private(set) var signatures: [NoteSignature]

    /// Signs a text.
    ///
    /// - Parameters:
    ///   - text: Ends with a line feed, and has no other control characters below U+0020 than line feeds.
    ///   - signers: At least one, in the order of their lines.
    /// - Throws: ``NoteError`` when the text or the number of signers does not make a note.
    public init(text: String, signedBy signers: [NoteSigner]) throws(NoteError) {
        try Self.check(text: Array(text.utf8))
        guard !signers.isEmpty else { throw NoteError(.noSignatures) }
        self.text = text
        signatures = []
        for signer in signers { try add(signer) }
    }

    /// Takes the parts of a note that were checked.
    init(checkedText text: String, signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Adds a signature to the end, as a witness does. A former signature of the same key gives way to it.
    ///
    /// The text is signed as it stands: who adds a signature has verified the others, or vouches for the text himself.
    ///
    /// - Parameter signer: The key.
    /// - Throws: ``NoteError`` when there would be too many signatures or bytes.
    public mutating func add(_ signer: NoteSigner) throws(NoteError) {
        let signature: NoteSignature
        do { signature = try signer.sign(text) } catch { throw NoteError(.library(error)) }
        var extended = self
        extended.signatures.removeAll { signer.verifier.isNamed(by: $0) }
        extended.signatures.append(signature)
        guard extended.signatures.count <= Self.maximumSignatures else { throw NoteError(.tooManySignatures) }
        guard extended.bytes.count <= Self.maximumBytes else { throw NoteError(.tooLarge) }
        self = extended
    }
}

extension SignedNote: Equatable {
    /// Notes are equal when their bytes are.
    public static func == (left: Self, right: Self) -> Bool {
        TextBytes.isSame(left.text, right.text) && left.signatures == right.signatures
    }
}
