import Foundation

/// Published test vectors that stand beside the checkout and are not part of it.
///
/// They are looked for in the directory that `HOLDFAST_VECTORS` names, else in `../shared/vectors` relative to
/// the checkout. Tests that need them are skipped, with a reason in the output, where they are absent.
enum Vectors {
    static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["HOLDFAST_VECTORS"] {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        var checkout = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { checkout.deleteLastPathComponent() }
        return checkout.deletingLastPathComponent().appendingPathComponent("shared/vectors", isDirectory: true)
    }()

    /// The reason that a skipped test gives.
    static let absence = "the published vectors are not at \(root.path); set HOLDFAST_VECTORS to their directory"

    static func exist(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appendingPathComponent(path)))
    }

    static func lines(_ path: String) throws -> [Substring] {
        String(decoding: try bytes(path), as: UTF8.self).split(whereSeparator: \.isNewline)
    }
}

/// Whether the tests that take minutes run too: `HOLDFAST_LONG=1`.
let runsLongTests = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] == "1"
