/// A number of things, as people write it: `1 finding`, `2 findings`.
struct Count: CustomStringConvertible {
    private let number: Int
    private let noun: String

    init(_ number: Int, _ noun: String) {
        self.number = number
        self.noun = noun
    }

    var description: String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
