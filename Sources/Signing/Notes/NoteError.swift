/// Why bytes are not a signed note, or a note is not to be believed; and where.
public struct NoteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Sendable, Hashable {
        /// There are more bytes than ``SignedNote/maximumBytes``.
        case tooLarge
        /// The bytes are not UTF-8.
        case invalidUTF8
        /// There is a control character below U+0020 that is not a line feed.
        case controlCharacter
        /// The text or the note does not end with a line feed.
        case missingFinalNewline
        /// There is no blank line, or no signature after the last one.
        case noSignatures
        /// A line after the last blank one is not `— <name> <base64>`.
        case malformedSignature
        /// There are more signatures than ``SignedNote/maximumSignatures``.
        case tooManySignatures
        /// A signature that names a known key is not that key's.
        case badSignature(name: String, keyID: UInt32)
        /// No signature is by a known key.
        case noKnownSignature
        /// Two different verifiers have the same name and key ID.
        case ambiguousVerifiers(name: String, keyID: UInt32)
        /// libcrypto failed.
        case library(CryptoLibraryError)
    }

    /// What is wrong.
    public var kind: Kind
    /// The line, counted from 1, where there is one.
    public var line: Int?

    /// Makes an error from its parts.
    public init(_ kind: Kind, line: Int? = nil) {
        self.kind = kind
        self.line = line
    }

    /// One sentence: the place, what is wrong, and what would be right.
    public var description: String {
        let reason =
            switch kind {
            case .tooLarge: "it has more than \(SignedNote.maximumBytes) bytes"
            case .invalidUTF8: "it is not valid UTF-8; fetch it again"
            case .controlCharacter: "there is a control character; lines end with a line feed alone"
            case .missingFinalNewline: "it does not end with a line feed; it was cut short"
            case .noSignatures: "there is no signature after a blank line; sign it, or fetch it again"
            case .malformedSignature: "a signature line has the form — name base64"
            case .tooManySignatures: "there are more than \(SignedNote.maximumSignatures) signatures; leave some out"
            case .badSignature(let name, let keyID):
                "the signature of \(name)+\(NoteKeyName.hex(keyID)) is bad; do not trust the text"
            case .noKnownSignature: "no known key signed it; configure the signer's key, or do not trust the text"
            case .ambiguousVerifiers(let name, let keyID):
                "two verifiers are \(name)+\(NoteKeyName.hex(keyID)); rename one of the keys"
            case .library(let error): "\(error)"
            }
        return "signed note" + (line.map { ", line \($0)" } ?? "") + ": " + reason
    }
}
