import Foundation

/// Where the files beside the sources are.
public enum Checkout {
    /// The package's root directory, found from where this file was compiled.
    public static let root: String = {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url.path
    }()
}

/// Test vectors that are shared with other checkouts and therefore stand outside of this one.
public enum Vectors {
    /// Their directory: `HOLDFAST_VECTORS` in the environment, else `../shared/vectors` beside the checkout; nil
    /// when there is none, and then tests that need them are skipped.
    public static let directory: String? = {
        let environment = ProcessInfo.processInfo.environment["HOLDFAST_VECTORS"]
        let path = environment ?? URL(fileURLWithPath: Checkout.root + "/../shared/vectors").standardized.path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    /// The bytes of one file below the directory; nil when there are no vectors.
    public static func bytes(_ relativePath: String) throws -> [UInt8]? {
        guard let directory else { return nil }
        return Array(try Data(contentsOf: URL(fileURLWithPath: directory + "/" + relativePath)))
    }
}

/// The cases of `Fixtures/<module>/<case>/`.
public enum Fixtures {
    /// The directory of all fixtures.
    public static let directory = Checkout.root + "/Fixtures"

    /// The names of a module's cases, sorted; none when the module has no fixtures.
    public static func cases(of module: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: directory + "/" + module)
        return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// The bytes of one file of a case.
    public static func bytes(_ module: String, _ name: String, _ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(module)/\(name)/\(file)")))
    }
}
