import Foundation
import TestSupport
import Testing

/// What the compiler makes of wrong uses of a guard.
@Suite("Misuse of a guard does not compile")
struct GuardMisuseTests {
    private static let compiler = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":")
        .map { "\($0)/swiftc" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// A body, and what the compiler says of it; nil for nothing.
    struct Use: Sendable, CustomTestStringConvertible {
        let body: String
        let complaint: String?

        var testDescription: String { body }

        init(_ body: String, _ complaint: String? = nil) {
            self.body = body
            self.complaint = complaint
        }
    }

    private static let uses = [
        Use("let held = try lock.lock(.exclusive); try held.check(); held.release()"),
        Use("let held = try marker.acquire(request); try held.check(); try held.release()"),
        Use("if let held = try lock.tryLock(.shared) { try held.check() }"),
        Use("let held = try lock.lock(.exclusive); held.release(); try held.check()", "used after consume"),
        Use("let held = try lock.lock(.exclusive); held.release(); held.release()", "consumed more than once"),
        Use("let held = try marker.acquire(request); try held.release(); _ = held.epoch", "used after consume"),
        Use(
            "let held = try lock.lock(.exclusive); let copy = held; try held.check(); try copy.check()",
            "after consume"
        ),
        Use("let held = try lock.lock(.exclusive); _ = [held]", "Copyable"),
        Use("let held = LockGuard(); try held.check()", "inaccessible"),
        Use("try lock.lock(.exclusive)", "unused"),
    ]

    @Test(.enabled(if: compiler != nil, "no swiftc in PATH"), arguments: uses)
    func theCompilerRefuses(_ use: Use) throws {
        let temporary = try TemporaryDirectory()
        let source = temporary.path + "/main.swift"
        let text = """
            import FileSystemSeam
            import LockKit
            func use(_ lock: FileLock, _ marker: MarkerLock, _ request: MarkerRequest) throws { \(use.body) }
            """
        try Data(text.utf8).write(to: URL(filePath: source))
        let built = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path(percentEncoded: false)
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.compiler))
        process.arguments = [
            "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-warnings-as-errors", "-I", built + "/Modules",
            "-Xcc", "-fmodule-map-file=\(built)/CPosix.build/module.modulemap",
            "-Xcc", "-fmodule-map-file=\(Checkout.root)/Sources/CCrypto/module.modulemap", source,
        ]
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if let complaint = use.complaint {
            #expect(process.terminationStatus != 0)
            #expect(said.contains("error: ") && said.contains(complaint), "\(said)")
        } else {
            #expect(process.terminationStatus == 0, "\(said)")
        }
    }
}
