internal import Canonical

/// A text out of a store that is kept to be shown later: cut, so that what is kept is bounded however long the texts
/// are, and all the same told apart from texts that begin as it does. Texts are one only when their bytes are.
struct KeptText: Hashable {
    /// The text, cut with an ellipsis when it is longer than ``characterMaximum``.
    let shown: String
    /// The SHA-256 of the whole text, when it was cut.
    private let digest: Digest?

    /// As many characters are kept.
    static let characterMaximum = 200

    init(_ text: String) {
        shown = Printable.shortened(text, Self.characterMaximum)
        let isCut = shown.utf8.count != text.utf8.count
        digest = isCut ? Digest(hashing: Array(text.utf8)) : nil
    }

    static func == (left: KeptText, right: KeptText) -> Bool {
        left.digest == right.digest && TextBytes.isSame(left.shown, right.shown)
    }

    func hash(into hasher: inout Hasher) {
        TextBytes.hash(shown, into: &hasher)
        hasher.combine(digest)
    }

    /// Whether it comes before another, by what is shown; cut ones that are shown alike in some order of their own.
    func precedes(_ other: KeptText) -> Bool {
        if !TextBytes.isSame(shown, other.shown) { return shown.utf8.lexicographicallyPrecedes(other.shown.utf8) }
        return (digest?.hex ?? "") < (other.digest?.hex ?? "")
    }
}
