import FileSystemSeam
import Foundation
import PlatformProfile
import TestSupport
import Testing

@Suite("Looks at a platform that are killed")
struct PlatformKillTests {
    /// However far a look has come when its process is killed, alone or with its group, what it made goes away.
    @Test(arguments: [false, true])
    func nothingIsLeft(_ killsGroup: Bool) throws {
        let temporary = try TemporaryDirectory()
        var random = SplitMix64(seed: 8)
        // How many were struck while something was there.
        var struck = 0
        var looks = 0
        // So that a quick machine does not end before the signal, and a slow one begins before it.
        var delay: UInt32 = 30_000
        let (lookMinimum, struckMinimum) = runsLongTests ? (200, 40) : (25, 5)
        while looks < lookMinimum || (struck < struckMinimum && looks < lookMinimum * 20) {
            looks += 1
            let process = try ChildProcess(
                HoldfastProgram.path,
                ["platform", "observe", temporary.path],
                error: FileHandle.nullDevice
            )
            usleep(UInt32.random(in: 0..<delay, using: &random))
            let isSomethingThere = try !FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty
            process.kill(withGroup: killsGroup)
            process.expectEnd()
            if !process.wasKilled {
                delay = max(delay / 4 * 3, 1_000)
            } else if isSomethingThere {
                struck += 1
            } else {
                delay = min(delay / 4 * 5, 2_000_000)
            }
            // The child that removes it needs a moment.
            for _ in 0..<15_000 where try !FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty {
                usleep(2000)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
            #expect(left == [])
            if !left.isEmpty { break }
        }
        #expect(struck >= struckMinimum, "of \(looks) looks \(struck) were struck while something was there")
        print("looks that were killed while something was there: \(struck) of \(looks)")
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
