import FileSystemSeam
import Foundation
import PlatformProfile
import TestSupport
import Testing

@Suite("Looks at a platform that are killed")
struct PlatformKillTests {
    private static let isLong = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] == "1"

    /// However far a look has come when its process is killed, alone or with its group, what it made goes away.
    @Test(arguments: [false, true])
    func nothingIsLeft(_ killsGroup: Bool) throws {
        let temporary = try TemporaryDirectory()
        var random = SplitMix64(seed: 8)
        var made = 0
        for _ in 0..<(Self.isLong ? 200 : 25) {
            let process = Process()
            process.executableURL = URL(filePath: HoldfastProgram.path)
            process.arguments = ["platform", "observe", temporary.path]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            usleep(UInt32.random(in: 0..<30_000, using: &random))
            if try !FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty { made += 1 }
            if killsGroup { #expect(getpgid(process.processIdentifier) == process.processIdentifier) }
            kill(killsGroup ? -process.processIdentifier : process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            // The child that removes it needs a moment.
            for _ in 0..<15_000 where try !FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty {
                usleep(2000)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
            #expect(left == [])
            if !left.isEmpty { break }
        }
        print("killed while something was there: \(made)")
    }

    @Test func processesFindTheSameAtTheSameTime() throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.shell(
            "for i in 1 2 3 4; do $holdfast platform record \"$1\" --out \"$2/$i\" & done; wait; cat \"$2\"/*",
            temporary.path,
            try Self.place(beside: temporary.path)
        )
        let profiles = run.output.split(separator: "\n").map(String.init)
        let fingerprints = profiles.filter { $0.hasPrefix("sha256:") }
        #expect(fingerprints.count == 4)
        #expect(Set(fingerprints).count == 1)
        #expect(profiles.count == 8)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == ["profiles"])
    }

    private static func place(beside path: String) throws -> String {
        let place = path + "/profiles"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        return place
    }

    @Test(.enabled(if: geteuid() == 0, "only root can look as another user"))
    func anotherUserFindsTheSame() throws {
        let temporary = try TemporaryDirectory(in: "/tmp")
        chmod(temporary.path, 0o777)
        let own = try HoldfastProgram.shell("$holdfast platform record \"$1\" --out \"$1/own\"", temporary.path)
        try FileManager.default.copyItem(atPath: HoldfastProgram.path, toPath: temporary.path + "/holdfast")
        let other = try HoldfastProgram.shell(
            "setpriv --reuid=65534 --regid=65534 --clear-groups \"$1/holdfast\" platform record \"$1\" --out \"$1/other\"",
            temporary.path
        )
        #expect(own.code == 0 && other.code == 0, "\(own.error)\(other.error)")
        #expect(own.output == other.output && own.output.hasPrefix("sha256:"))
    }

    /// Above home and service directories there is often one that only those who know a name get through.
    @Test(.enabled(if: geteuid() == 0, "only root can look as another user"))
    func aDirectoryAboveThatMayNotBeReadChangesNothing() throws {
        let temporary = try TemporaryDirectory(in: "/tmp")
        chmod(temporary.path, 0o711)
        let run = try HoldfastProgram.shell(
            """
            cp "$holdfast" "$1/holdfast"; mkdir "$1/store"; chown 65534 "$1/store"
            "$1/holdfast" platform record "$1/store" --out "$1/profile"
            setpriv --reuid=65534 --regid=65534 --clear-groups "$1/holdfast" platform check "$1/store" \
              --profile - < "$1/profile"
            """,
            temporary.path
        )
        #expect(run.code == 0 && run.output.contains("\nadmitted\n"), "\(run.output)\(run.error)")
    }
}
