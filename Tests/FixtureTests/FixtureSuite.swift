internal import TestSupport

/// The cases of a `Fixtures` directory, and what is wrong with its layout.
struct FixtureSuite {
    /// A checker compares what one kind of case says with what the code does, and records what differs.
    typealias Checker = @Sendable (FixtureCase) throws -> Void

    let cases: [FixtureCase]
    /// One sentence for each thing that stands where it should not, or is missing.
    let faults: [String]

    /// Folders of `Fixtures` that are not cases: a package that depends on this one.
    static let otherFolders: Set<String> = ["Downstream"]

    init(in fixtures: FileTree, checkers: [String: [String: Checker]]) throws {
        var cases: [FixtureCase] = []
        var faults: [String] = []
        for module in try fixtures.names(in: "") where !Self.otherFolders.contains(module) {
            guard fixtures.isDirectory(module) else {
                faults.append("\(module): only folders of modules may stand here")
                continue
            }
            if checkers[module] == nil { faults.append("\(module): no checker reads this module's cases") }
            for name in try fixtures.names(in: module) {
                let path = "\(module)/\(name)"
                guard fixtures.isDirectory(path) else {
                    faults.append("\(path): only folders of cases may stand here")
                    continue
                }
                let files = try fixtures.names(in: path)
                for required in ["expected.json", "pins.txt"] where !files.contains(required) {
                    faults.append("\(path): \(required) is missing")
                }
                cases.append(FixtureCase(module: module, name: name, in: fixtures))
            }
        }
        self.cases = cases
        self.faults = faults
    }

    /// Checks one case and returns one sentence for each fault of the case itself: an unknown kind, a file that
    /// its checker did not read. What the checker finds wrong it records as it goes.
    static func check(_ fixture: FixtureCase, with checkers: [String: [String: Checker]]) throws -> [String] {
        _ = try fixture.pins()
        let kind = try fixture.kind()
        guard let checker = checkers[fixture.module]?[kind] else {
            return ["\(fixture.testDescription): \(fixture.module) has no checker for the kind \"\(kind)\""]
        }
        try checker(fixture)
        return try fixture.unreadFiles().map { "\(fixture.testDescription)/\($0): no checker read this file" }
    }
}
