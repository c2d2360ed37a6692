import Foundation
import HoldfastCLI
import TestSupport

/// A key store's directory in a temporary one, its root key beside it, and short ways to ask it.
struct KeyDirectory: ~Copyable {
    let temporary: TemporaryDirectory

    /// Makes the store with `keys init`, unless no granularity is given.
    init(_ granularity: String? = "entity") throws {
        temporary = try TemporaryDirectory()
        guard let granularity else { return }
        _ = run("init", "--granularity", granularity)
    }

    /// The store's directory.
    var path: String { temporary.path + "/keys" }

    /// A place beside the store.
    func beside(_ name: String) -> String { temporary.path + "/" + name }

    var root: [String] { ["--root-key", beside("root.key")] }

    /// Runs `keys COMMAND` on the directory with the root key beside it.
    func run(_ command: String, _ more: String..., input: String = "") -> CommandRun {
        run(command, more, input: Array(input.utf8))
    }

    func run(_ command: String, _ more: [String], input: [UInt8]) -> CommandRun {
        CommandRun(["keys", command, path] + root + more, input: input)
    }

    /// The box of a text.
    func box(_ text: String, _ scope: String...) -> [UInt8] { run("seal", scope, input: Array(text.utf8)).outputBytes }

    /// The files of the store.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    /// The name of the one journal there is.
    func journal() throws -> String { try names().first { $0.hasPrefix("journal-") } ?? "" }

    /// Changes a file's bytes in place.
    func alter(_ name: String, _ change: (inout Data) -> Void) throws {
        let url = URL(filePath: path + "/" + name)
        var bytes = try Data(contentsOf: url)
        change(&bytes)
        try bytes.write(to: url)
    }
}
