/// Colours for people, or none: the same calls either way.
package struct TextStyle: Sendable {
    /// Without colours.
    static let plain = TextStyle(isColored: false)

    /// Whether colours are written.
    let isColored: Bool

    /// Something that holds.
    func good(_ text: String) -> String { wrap(text, "32") }
    /// Something that is wrong.
    func bad(_ text: String) -> String { wrap(text, "1;31") }
    /// Something to look at.
    func notable(_ text: String) -> String { wrap(text, "33") }
    /// A heading.
    func heading(_ text: String) -> String { wrap(text, "1") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
