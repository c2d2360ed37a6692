import Foundation
import TestSupport
import Testing

@Suite("What the command line is linked with")
struct LinkageTests {
    /// Beside the test bundle, whatever the build directory is called.
    private static var executable: String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "holdfast")
            .path(percentEncoded: false)
    }

    /// The names of the libraries a program says it needs.
    private static func neededLibraries(of path: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["LC_ALL=C", "readelf", "-dW", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return text.matches(of: #/\(NEEDED\).*\[(.+)\]/#).map { String($0.output.1) }
    }

    /// A hook runs the command line for every action of an agent: Foundation alone would cost it milliseconds
    /// of start, and each library must be needed by what the command line does.
    @Test(.enabled(if: Platform.isLinux, "readelf reads Linux programs"))
    func itNeedsNeitherFoundationNorForeignLibraries() throws {
        let needed = try Self.neededLibraries(of: Self.executable)
        #expect(needed.contains { $0.hasPrefix("libc.so") }, "readelf said nothing of use: \(needed)")
        let unwanted = ["libFoundation", "lib_Foundation", "libpq", "libsqlite3"]
        for library in needed {
            #expect(!unwanted.contains { library.hasPrefix($0) }, "holdfast is linked with \(library)")
        }
    }

    /// The tests themselves use Foundation, so the same look at them must find it.
    @Test(.enabled(if: Platform.isLinux, "readelf reads Linux programs"))
    func theLookFindsFoundationWhereItIs() throws {
        let needed = try Self.neededLibraries(of: CommandLine.arguments[0])
        #expect(needed.contains { $0.hasPrefix("libFoundation") })
    }
}

private enum Platform {
    static var isLinux: Bool {
        #if os(Linux)
        true
        #else
        false
        #endif
    }
}
