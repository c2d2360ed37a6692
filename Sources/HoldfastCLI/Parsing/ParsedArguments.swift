internal import Canonical

/// A command's arguments after parsing: every value has been checked against its description.
package struct ParsedArguments: Sendable {
    private let command: CommandDescription
    private var values: [String: [String]] = [:]
    private var words: [[String]] = []

    init(of command: CommandDescription) { self.command = command }

    /// Notes an option that was given; flags have the empty value.
    mutating func add(_ value: String, to option: String) { values[option, default: []].append(value) }

    /// Notes a positional; several when it is repeated.
    mutating func add(positional: [String]) { words.append(positional) }

    /// Whether the command takes the option.
    func describes(_ option: String) -> Bool { command.option(option) != nil }

    /// Whether the option was given.
    package func has(_ option: String) -> Bool {
        precondition(describes(option), "\(command.name) describes no option --\(option)")
        return values[option] != nil
    }

    /// The option's value; nil when it was not given.
    package func text(_ option: String) -> String? {
        guard has(option) else { return nil }
        return values[option]?.last
    }

    /// Every value of a repeatable option, in order.
    package func texts(_ option: String) -> [String] { has(option) ? values[option] ?? [] : [] }

    /// The value of an option that the description requires.
    func required(_ option: String) -> String {
        guard let value = text(option) else { preconditionFailure("--\(option) is not described as required") }
        return value
    }

    /// The value of an option described as an integer.
    package func integer(_ option: String) -> UInt64? {
        guard let text = text(option) else { return nil }
        guard let number = ValueKind.wholeNumber(text) else { preconditionFailure("--\(option) was not checked") }
        return number
    }

    /// The value of an option described as an integer of at most 32 bits.
    func integer32(_ option: String) -> UInt32? {
        guard let number = integer(option) else { return nil }
        return UInt32(number)
    }

    /// The value of an option described as seconds.
    package func milliseconds(_ option: String) -> UInt64? {
        guard let text = text(option) else { return nil }
        guard let number = ValueKind.milliseconds(text) else { preconditionFailure("--\(option) was not checked") }
        return number
    }

    /// The positional of that name; nil when it was left out.
    func positional(_ name: String) -> String? { positionals(name).first }

    /// The positional of that name; nil when it was left out, and where the command takes none of that name.
    func positionalIfAny(_ name: String) -> String? {
        command.positionals.contains { $0.name == name } ? positional(name) : nil
    }

    /// Every word of a repeated positional.
    package func positionals(_ name: String) -> [String] {
        guard let place = command.positionals.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("\(command.name) describes no argument \(name)")
        }
        return place < words.count ? words[place] : []
    }
}
