import Canonical
import FileSystemSeam
import Foundation
import HoldfastCLI
import PlatformProfile
import TestSupport
import Testing

@Suite("holdfast platform")
struct PlatformCommandTests {
    @Test func itIsObservedAndNothingIsLeft() throws {
        let temporary = try TemporaryDirectory()
        let json = try CommandRun("platform", "observe", temporary.path, "--json").json()
        #expect(json["depth"]?.string == "standard")
        #expect(json["capabilities"]?["lock.excludes_processes"]?.string == "yes")
        #expect(json["capabilities"]?["sync.directory"]?.string == "done")
        #expect(json["sync_file_nanoseconds"]?.number?.unsignedValue ?? 0 > 0)
        #expect(json["process_clock_epoch_marker_ns"]?.number?.unsignedValue ?? 0 > 0)
        let passive = try CommandRun("platform", "observe", temporary.path, "--depth", "passive", "--json").json()
        #expect(passive["capabilities"]?["lock.excludes_processes"]?.string == "unknown")
        #expect(passive["capabilities"]?["mount.type"] == json["capabilities"]?["mount.type"])
        let text = CommandRun("platform", "observe", temporary.path)
        #expect(text.code == .done)
        #expect(text.output.contains("lock.excludes_processes") && text.output.contains("sync_file_microseconds"))
        #expect(try TestFile.tree(temporary.path).isEmpty)
        CommandRun("platform", "observe", temporary.path + "/missing").expectError(.missingInput, "check the path")
    }

    @Test(arguments: ["1", "2"])
    func whatWasRecordedIsAdmitted(_ schema: String) throws {
        let temporary = try TemporaryDirectory()
        let profile = temporary.path + "/profile"
        let recorded = CommandRun("platform", "record", temporary.path, "--out", profile, "--schema", schema)
        #expect(recorded.code == .done)
        if schema == "1" { #expect(recorded.output == "198181094\n") }
        let checked = CommandRun("platform", "check", temporary.path, "--profile", profile)
        #expect(checked.code == .done, "\(checked.output)")
        #expect(checked.output.hasPrefix("admitted\n"))
        #expect(
            try CommandRun("platform", "check", temporary.path, "--profile", profile, "--json").json()["admitted"]?.bool
                == true
        )
        #expect(Set(try TestFile.tree(temporary.path).keys) == ["profile"])
        let words = ["platform", "check", temporary.path, "--profile", "-"]
        let piped = CommandRun(words, input: Array(try Data(contentsOf: URL(filePath: profile))))
        #expect(piped.code == .done, "\(piped.error)")
        #expect(piped.lines.first == "admitted")
        CommandRun(words, input: Array("{not json".utf8)).expectError(
            .malformedInput,
            "profile standard input",
            "not JSON"
        )
    }

    /// A profile of it would admit nothing, in the place of one that was right.
    @Test func onlyADirectoryIsRecorded() throws {
        let temporary = try TemporaryDirectory()
        let (profile, file) = (temporary.path + "/profile", temporary.path + "/file")
        try TestFile.write("no directory", file)
        #expect(CommandRun("platform", "record", temporary.path, "--out", profile).code == .done)
        let right = try Data(contentsOf: URL(filePath: profile))
        CommandRun("platform", "record", file, "--out", profile).expectError(.missingInput, "is no directory")
        #expect(try Data(contentsOf: URL(filePath: profile)) == right)
    }

    /// Its profile would refuse it ever after, and would have taken the place of one that was right.
    @Test(arguments: ["1", "2"], [ErrorNumber.accessDenied, .noSpace])
    func whatCannotBeLookedAtIsNotRecorded(_ schema: String, _ code: ErrorNumber) throws {
        let temporary = try TemporaryDirectory()
        let profile = temporary.path + "/profile"
        let store = temporary.path + "/store"
        try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: false)
        let words = ["platform", "record", store, "--out", profile, "--schema", schema]
        #expect(CommandRun(words).code == .done)
        let right = try TestFile.tree(temporary.path)
        let failing = PosixFileSystem { call in call.name == .mkdirat ? .failure(code) : nil }
        let run = CommandRun(words, fileSystem: failing)
        run.expectError(
            .refused,
            "no store can be kept safely in \(store)",
            code.symbol ?? "",
            "No profile was written"
        )
        let error = try CommandRun(words + ["--json"], fileSystem: failing).jsonError()
        #expect(error["code"]?.string == "platform_unfit")
        #expect(error["differences"]?.array?.isEmpty == false)
        #expect(try TestFile.tree(temporary.path) == right)
    }

    @Test func anotherPlatformIsRefusedWithItsDifferences() throws {
        let temporary = try TemporaryDirectory()
        let profile = temporary.path + "/profile"
        let disk = SimDisk()
        let evidence = PlatformObserver(disk.boot(), budgetNanoseconds: 60_000_000_000).observe("/")
        try TestFile.write(HostProfile(evidence).encoded(), profile)
        let checked = CommandRun("platform", "check", temporary.path, "--profile", profile)
        #expect(checked.code == .refused)
        #expect(checked.output.hasPrefix("refused\n"))
        let json = try CommandRun("platform", "check", temporary.path, "--profile", profile, "--json").json()
        #expect(json["admitted"]?.bool == false)
        let fields = json["differences"]?.array?.compactMap { $0["field"]?.string } ?? []
        #expect(fields.contains("about.kernel") && fields.contains("names.unnamed_files"))
    }

    @Test func aProfileThatCannotBeReliedOnIsAnError() throws {
        let temporary = try TemporaryDirectory()
        let profile = temporary.path + "/profile"
        CommandRun("platform", "check", temporary.path, "--profile", profile).expectError(.missingInput, profile)
        try TestFile.write("{not json", profile)
        CommandRun("platform", "check", temporary.path, "--profile", profile).expectError(
            .malformedInput,
            profile,
            "not JSON"
        )
        let json = try CommandRun("platform", "check", temporary.path, "--profile", profile, "--json").jsonError()
        #expect(json["code"]?.string == "platform_profile_invalid")
        #expect(json["reason"]?.string == "not_json")
    }
}
