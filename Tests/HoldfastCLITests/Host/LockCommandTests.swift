import Canonical
import FileSystemSeam
import Foundation
import HoldfastCLI
import LockKit
import Signing
import TestSupport
import Testing

@Suite("holdfast lock")
struct LockCommandTests {
    private static let marker = ".cortex-restore-active-store.lock"
    private static let request = MarkerRequest(
        deploymentID: "dep-1",
        operatorPrincipalID: "operator-1",
        restoreIntent: Digest(hashing: [], algorithm: .blake3)
    )

    private func lock(_ directory: String) -> MarkerLock {
        MarkerLock(inDirectory: directory, fileSystem: PosixFileSystem.shared)
    }

    /// Leaves a marker that nobody holds the lock of.
    private func leaveStaleMarker(_ directory: String) throws {
        let held = try lock(directory).acquire(Self.request)
        try held.preserveMarker(reason: "it died")
        try held.release()
    }

    /// Writes a key pair as `openssl genpkey` and `openssl pkey -pubout` do.
    private func writeKeys(_ directory: String, seed: UInt8 = 7) throws -> (private: String, public: String) {
        let seedBytes = [UInt8](repeating: seed, count: 32)
        let header: [UInt8] = [
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ]
        let body = Base64.encode(header + seedBytes, .standard)
        let names = (directory + "/key-\(seed).pem", directory + "/key-\(seed).pub")
        try TestFile.write("-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n", names.0)
        try TestFile.write(try SigningKey(seed: seedBytes).publicKey.pem, names.1)
        return names
    }

    // MARK: inspect

    @Test func aFileLockIsInspected() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/lock"
        #expect(CommandRun("lock", "inspect", path).output == "state:    idle\n")
        #expect(try TestFile.tree(temporary.path).isEmpty)
        let held = try FileLock(at: path, fileSystem: PosixFileSystem.shared).lock(.shared)
        let run = CommandRun("lock", "inspect", path)
        #expect(run.code == .done)
        #expect(run.output.hasPrefix("state:    held, shared\nheld by:  process "))
        let json = try CommandRun("lock", "inspect", path, "--json").json()
        #expect(json["kind"]?.string == "file")
        #expect(json["held"]?.bool == true)
        #expect(json["mode"]?.string == "shared")
        #expect(json["holders"]?.array?.count == 1)
        held.release()
    }

    /// The lock that `lock run` takes on a directory is the one that is looked at there, but for a marker's.
    @Test func theLockOfADirectoryIsInspected() throws {
        let temporary = try TemporaryDirectory()
        #expect(CommandRun("lock", "inspect", temporary.path).output == "state:    idle\n")
        let held = try FileLock(ofDirectory: temporary.path, fileSystem: PosixFileSystem.shared).lock(.exclusive)
        #expect(
            CommandRun("lock", "inspect", temporary.path).output.hasPrefix(
                "state:    held, exclusively\nheld by:  process "
            )
        )
        let json = try CommandRun("lock", "inspect", temporary.path, "--json").json()
        #expect(json["kind"]?.string == "directory" && json["state"]?.string == "held")
        #expect(json["held"]?.bool == true && json["epoch"] == nil)
        held.release()
        #expect(try TestFile.tree(temporary.path).isEmpty)
        for part in ["", ".flock", ".epoch"] {
            let file = temporary.path + "/" + Self.marker + part
            try TestFile.write("", file)
            let kind = try CommandRun("lock", "inspect", temporary.path, "--json").json()["kind"]?.string
            #expect(kind == "marker")
            try FileManager.default.removeItem(atPath: file)
        }
    }

    @Test func aMarkerLockIsInspected() throws {
        let temporary = try TemporaryDirectory()
        let held = try lock(temporary.path).acquire(Self.request)
        for path in [temporary.path, temporary.path + "/" + Self.marker] {
            let run = CommandRun("lock", "inspect", path)
            #expect(run.code == .done)
            #expect(run.output.contains("state:    held\nheld:     yes\n"))
            #expect(run.output.contains("operator operator-1"))
            #expect(run.output.contains("process:  running\n"))
            #expect(run.output.contains("epoch:    1\n"))
        }
        let json = try CommandRun("lock", "inspect", temporary.path, "--json").json()
        #expect(json["kind"]?.string == "marker")
        #expect(json["state"]?.string == "held")
        #expect(json["owner"]?["deployment_id"]?.string == "dep-1")
        #expect(json["owner_process"]?.string == "running")
        #expect(json["foreign"]?.bool == false)
        #expect(json["marker_digest"]?.string == (try lock(temporary.path).readMarker()?.digest.description))
        try held.release()
        #expect(CommandRun("lock", "inspect", temporary.path).output == "state:    idle\nheld:     no\nepoch:    1\n")
    }

    @Test func aStaleMarkerIsShownWithItsReasonAndEscaped() throws {
        let temporary = try TemporaryDirectory()
        try leaveStaleMarker(temporary.path)
        let run = CommandRun("lock", "inspect", temporary.path)
        #expect(run.output.contains("state:    stale\nheld:     no\n"))
        #expect(run.output.contains("kept for: it died\n"))
        #expect(run.output.hasSuffix("epoch:    1\n"))
        let marker = try #require(try lock(temporary.path).readMarker())
        try TestFile.write(
            String(decoding: marker.bytes, as: UTF8.self).replacing("epoch=1\n", with: "epoch=18446744073709551614\n"),
            temporary.path + "/" + Self.marker
        )
        let claims = CommandRun("lock", "inspect", temporary.path).output
        #expect(claims.hasSuffix("claimed:  epoch 18446744073709551614, which the epoch file does not know\n"))
        try TestFile.write("no marker\u{1b}[31m", temporary.path + "/" + Self.marker)
        let unreadable = CommandRun("lock", "inspect", temporary.path)
        #expect(unreadable.output.contains("an owner that cannot be read (line 1"))
        #expect(try CommandRun("lock", "inspect", temporary.path, "--json").json()["marker_error"]?.string != nil)
    }

    @Test func whatIsNotThereIsMissing() throws {
        let temporary = try TemporaryDirectory()
        let absent = temporary.path + "/absent/lock"
        CommandRun("lock", "inspect", absent).expectError(.missingInput, "absent is not there")
        CommandRun("lock", "run", absent, "--", "true").expectError(.missingInput, "absent is not there")
        let error = CommandRun("lock", "run", absent, "--json", "--", "true")
        #expect(try error.jsonError()["code"]?.string == "directory_missing")
        CommandRun("lock", "inspect").expectError(.usage, "PATH")
        CommandRun("lock", "run", temporary.path + "/lock").expectError(.usage, "COMMAND")
    }

    // MARK: run; the command itself replaces the process and is tested with processes

    @Test func aHeldLockIsRefusedAtOnceOrAfterATime() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/lock"
        let held = try FileLock(at: path, fileSystem: PosixFileSystem.shared).lock(.exclusive)
        CommandRun("lock", "run", path, "--timeout", "0", "--", "true").expectError(.refused, "was locked", path)
        let late = CommandRun("lock", "run", path, "--timeout", "0.02", "--shared", "--json", "--", "true")
        #expect(late.code == .lockTimeout)
        #expect(try late.jsonError()["code"]?.string == "lock_timeout")
        held.release()
    }

    @Test func aCommandThatCannotBeRunFreesTheLock() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/lock"
        CommandRun("lock", "run", path, "--", temporary.path + "/none").expectError(.missingInput, "no command", "none")
        try TestFile.write("no program", temporary.path + "/text")
        CommandRun("lock", "run", path, "--", temporary.path + "/text").expectError(.inputOutput, "cannot be run")
        #expect(CommandRun("lock", "inspect", path).output == "state:    idle\n")
    }

    // MARK: attest and takeover

    @Test func anAttestationMovesTheMarkerAway() throws {
        let temporary = try TemporaryDirectory()
        let store = temporary.path + "/store"
        try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: false)
        try leaveStaleMarker(store)
        let keys = try writeKeys(temporary.path)
        let attestation = CommandRun("lock", "attest", store, "--key", keys.private, "--reason", "the restore died")
        #expect(attestation.code == .done, "\(attestation.error)")
        let file = temporary.path + "/attestation.json"
        try TestFile.write(attestation.outputBytes, file)

        let other = try writeKeys(temporary.path, seed: 8)
        let words = ["lock", "takeover", store, "--attestation", file, "--trusted-key"]
        let untrusted = CommandRun(words + [other.public, "--json"])
        #expect(untrusted.code == .refused)
        #expect(try untrusted.jsonError()["refusal"]?.string == "untrusted_key")
        #expect(try lock(store).inspect().state == .stale)

        let run = CommandRun(words + [other.public, "--trusted-key", keys.public, "--json"])
        #expect(run.code == .done, "\(run.error)")
        let name = try #require(try run.json()["quarantined_as"]?.string)
        let files = try TestFile.tree(store)
        #expect(files[name] != nil && files[name + ".takeover"] == Data(attestation.outputBytes))
        #expect(try lock(store).inspect().state == .idle)
        CommandRun(words + [keys.public]).expectError(.refused, "there is no marker to take over")
        try TestFile.write("nonsense", file)
        CommandRun(words + [keys.public]).expectError(.malformedInput, "error: \(file): the takeover cannot be read")
    }

    /// A child that another test forks meanwhile holds what is open here until it ends.
    private func waitUntilNobodyHoldsIt(_ path: String) throws {
        for _ in 0..<2_000 where try lock(path).inspect().isHeld {
            PosixFileSystem.shared.sleep(nanoseconds: 5_000_000)
        }
    }

    @Test func anAttestationIsForItsNewOwner() throws {
        let temporary = try TemporaryDirectory()
        let keys = try writeKeys(temporary.path)
        let file = temporary.path + "/attestation.json"
        func takeOver(_ attested: [String], _ given: [String]) throws -> CommandRun {
            if try lock(temporary.path).readMarker() == nil { try leaveStaleMarker(temporary.path) }
            let attesting = ["lock", "attest", temporary.path, "--key", keys.private, "--reason", "r"]
            try waitUntilNobodyHoldsIt(temporary.path)
            let attestation = CommandRun(attesting + attested)
            #expect(attestation.code == .done, "\(attestation.error)")
            try TestFile.write(attestation.outputBytes, file)
            let taking = ["lock", "takeover", temporary.path, "--attestation", file, "--trusted-key", keys.public]
            try waitUntilNobodyHoldsIt(temporary.path)
            return CommandRun(taking + given)
        }
        for other in [["--deployment", "dep-2"], ["--operator", "operator-2"]] {
            try takeOver(other, []).expectError(.refused, "another deployment, operator or host")
            try takeOver([], other).expectError(.refused, "another deployment, operator or host")
            #expect(try takeOver(other, other).code == .done)
        }
        try takeOver(["--host", "elsewhere.example"], []).expectError(.refused, "another deployment, operator or host")
        let host = PosixFileSystem.shared.processIdentity.hostName
        #expect(try takeOver(["--host", host], []).code == .done)
    }

    @Test func aHeldLockIsNeitherAttestedNorTaken() throws {
        let temporary = try TemporaryDirectory()
        let keys = try writeKeys(temporary.path)
        try leaveStaleMarker(temporary.path)
        let words = ["lock", "attest", temporary.path, "--key", keys.private, "--reason", "r"]
        let file = temporary.path + "/attestation.json"
        try TestFile.write(CommandRun(words).outputBytes, file)
        let directory = try PosixFileSystem.shared.openDirectory(temporary.path)
        #expect(try directory.lock(.exclusive, blocking: false))
        CommandRun(words).expectError(.refused, "is held by")
        let taking = ["lock", "takeover", temporary.path, "--attestation", file, "--trusted-key", keys.public]
        CommandRun(taking).expectError(.refused, "is held by")
        try directory.close()
        #expect(CommandRun(taking).code == .done)
        CommandRun(words).expectError(.refused, "error: \(temporary.path): ", "there is no marker")
    }

    @Test func filesThatAreNotWhatTheyShouldBeAreRefused() throws {
        let temporary = try TemporaryDirectory()
        try leaveStaleMarker(temporary.path)
        let keys = try writeKeys(temporary.path)
        let text = temporary.path + "/text"
        try TestFile.write("{}", text)
        CommandRun("lock", "takeover", temporary.path, "--attestation", text, "--trusted-key", text)
            .expectError(.malformedInput, "is no Ed25519 public key")
        let noKey = CommandRun("lock", "attest", temporary.path, "--key", text, "--reason", "r", "--json")
        #expect(
            try noKey.jsonError()["code"]?.string == "malformed_key",
            "the word that the other commands have for it"
        )
        CommandRun("lock", "takeover", temporary.path, "--attestation", text, "--trusted-key", keys.public)
            .expectError(.malformedInput, "the takeover cannot be read")
        CommandRun("lock", "attest", temporary.path, "--key", keys.public, "--reason", "r")
            .expectError(.malformedInput, "is no Ed25519 private key")
        CommandRun("lock", "takeover", temporary.path, "--attestation", text + "x", "--trusted-key", keys.public)
            .expectError(.missingInput, "does not exist")
        CommandRun("lock", "takeover", temporary.path, "--attestation", text).expectError(.usage, "--trusted-key")
    }

    /// Who only looks at a lock holds it for some microseconds; nobody is turned away for that.
    @Test func aLookAtTheLockIsWaitedFor() throws {
        let temporary = try TemporaryDirectory()
        let looks = Condition(1)
        let fileSystem = PosixFileSystem { call in
            guard call.name == .flock, call.arguments.contains("LOCK_EX") else { return nil }
            return looks.withLock {
                $0 -= 1
                return $0 == 0 ? .failure(.wouldBlock) : nil
            }
        }
        let words = ["lock", "run", temporary.path + "/lock", "--timeout", "0", "--", "/no/such/command"]
        CommandRun(words, fileSystem: fileSystem).expectError(.missingInput, "there is no command")
    }
}
