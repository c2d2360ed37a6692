internal import Canonical
internal import FileSystemSeam
internal import TestSupport
internal import Testing

/// One case of the regression suite: `Fixtures/<module>/<case>/`, holding inputs, `expected.json` and `pins.txt`.
///
/// Files are read through the case, which keeps account of them: a file that no checker reads pins nothing and
/// fails the suite.
final class FixtureCase: Sendable, CustomTestStringConvertible {
    /// The folder's name below `Fixtures`: the module that is checked.
    let module: String
    /// The case's own folder name.
    let name: String

    private let fixtures: FileTree
    private let tree: FileTree
    private let read = Condition<Set<String>>([])

    init(module: String, name: String, in fixtures: FileTree) {
        self.module = module
        self.name = name
        self.fixtures = fixtures
        tree = FileTree(root: fixtures.absolute("\(module)/\(name)"))
    }

    var testDescription: String { "\(module)/\(name)" }

    /// The bytes of a file of the case.
    func bytes(of path: String) throws -> [UInt8] {
        _ = read.withLock { $0.insert(path) }
        return try tree.bytes(of: path)
    }

    /// The JSON in a file of the case.
    func json(_ path: String) throws -> JSONValue {
        try JSONValue(parsing: try bytes(of: path), options: JSONOptions(integers: .exact64))
    }

    /// The lines of a file of the case without their ends; lines that begin with `#` are comments.
    ///
    /// Their number must be what `expected.json` says, so that a file cut short is noticed.
    func rows(of path: String) throws -> [ArraySlice<UInt8>] {
        let bytes = try bytes(of: path)
        let rows = bytes.split(separator: UInt8(ascii: "\n")).filter { $0.first != UInt8(ascii: "#") }
        guard let expected = try expectation()["rows"]?.number?.unsignedValue, expected == rows.count else {
            throw FixtureFault("\(testDescription): \(path) has \(rows.count) rows, which expected.json does not say")
        }
        return rows
    }

    /// The lines of a file of the case as one JSON value each.
    func jsonRows(of path: String) throws -> [JSONValue] {
        try rows(of: path).map { try JSONValue(parsing: [UInt8]($0), options: JSONOptions(integers: .exact64)) }
    }

    /// Another case of the same module, for reading what both share; this case keeps no account of it.
    func sibling(_ name: String) -> FixtureCase {
        name == self.name ? self : FixtureCase(module: module, name: name, in: fixtures)
    }

    /// What `expected.json` says.
    func expectation() throws -> JSONValue { try json("expected.json") }

    /// Which checker of its module the case asks for: `kind` in `expected.json`.
    func kind() throws -> String {
        guard let kind = try expectation()["kind"]?.string else {
            throw FixtureFault("\(testDescription): expected.json has no \"kind\"")
        }
        return kind
    }

    /// What the case pins, in one line.
    func pins() throws -> String {
        let text = String(decoding: try bytes(of: "pins.txt"), as: UTF8.self)
        let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard !line.isEmpty, !line.contains("\n") else {
            throw FixtureFault("\(testDescription): pins.txt must say in one line what the case pins")
        }
        return line
    }

    /// The files below a directory of the case, relative to it, with their bytes.
    func contents(of directory: String) throws -> [(path: String, bytes: [UInt8])] {
        try tree.files(below: directory).map { path in
            (String(path.dropFirst(directory.count + 1)), try bytes(of: path))
        }
    }

    /// The files nobody has read.
    func unreadFiles() throws -> [String] {
        let all = try tree.files(below: "")
        return read.withLock { read in all.filter { !read.contains($0) } }
    }
}

extension JSONValue {
    /// The string member of that name; throws where there is none.
    func text(_ name: String) throws -> String {
        guard let text = self[name]?.string else { throw FixtureFault("no string \"\(name)\" in \(self)") }
        return text
    }
}

/// A case is not made as a case must be.
struct FixtureFault: Error, CustomStringConvertible {
    /// One sentence that names the case and the file.
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
