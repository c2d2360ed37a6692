/// Texts that Swift's `String` calls equal (canonical equivalence), and whose bytes differ.
enum LookAlikes {
    /// `é` as one code point.
    static let composed = "caf\u{e9}"
    /// `é` as a letter and an accent.
    static let decomposed = "cafe\u{301}"
    /// A letter of ASCII, and the Kelvin sign: ASCII has such doubles as well.
    static let (letter, sign) = ("K", "\u{212a}")
    /// A mark that makes one character of itself and of what stands before it, an equals sign for instance.
    static let combining = "\u{301}"
    /// A mark that makes one character of itself and of what stands behind it.
    static let prepended = "\u{600}"
}
