/// One option.
package struct OptionDescription: Sendable {
    /// How the option takes values.
    package enum Arity: Sendable {
        /// It takes none.
        case flag
        /// It takes one and stands at most once.
        case value(ValueKind, name: String)
        /// It takes one each time it stands.
        case repeatable(ValueKind, name: String)
    }

    /// Its name without dashes.
    package let name: String
    /// How it takes values.
    package let arity: Arity
    /// What it is for, without a full stop.
    package let help: String
    /// Whether it must be there. Options of ``CommandDescription/alternatives`` are not marked.
    package let isRequired: Bool

    /// Makes a description.
    package init(name: String, arity: Arity, help: String, isRequired: Bool = false) {
        self.name = name
        self.arity = arity
        self.help = help
        self.isRequired = isRequired
    }

    /// What its value may be, and how the value is written in a synopsis; nil for a flag.
    package var value: (kind: ValueKind, name: String)? {
        switch arity {
        case .flag: nil
        case .value(let kind, let name), .repeatable(let kind, let name): (kind, name)
        }
    }

    /// `--grant G`, or `--json`.
    package var usage: String {
        guard let value else { return "--\(name)" }
        return "--\(name) \(value.name)"
    }
}
