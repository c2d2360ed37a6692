/// One argument without dashes.
package struct PositionalDescription: Sendable {
    /// How it is written in a synopsis: `DIR`.
    package let name: String
    /// What it may be.
    package let kind: ValueKind
    /// What it is for, without a full stop.
    package let help: String
    /// Whether it must be there.
    package let isRequired: Bool
    /// Whether more than one may stand there; only the last can.
    package let isRepeated: Bool

    /// Whether it is the command line of another program, which stands behind `--`.
    var isOtherCommand: Bool {
        guard case .word = kind else { return false }
        return isRepeated
    }

    /// Makes a description.
    package init(name: String, kind: ValueKind, help: String, isRequired: Bool = true, isRepeated: Bool = false) {
        self.name = name
        self.kind = kind
        self.help = help
        self.isRequired = isRequired
        self.isRepeated = isRepeated
    }
}
