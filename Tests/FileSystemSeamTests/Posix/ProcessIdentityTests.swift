import FileSystemSeam
import Foundation
import Testing

@Suite("Process identity") struct ProcessIdentityTests {
    @Test func itIsThisProcess() throws {
        let identity = PosixFileSystem.shared.processIdentity
        #expect(identity.processID == ProcessInfo.processInfo.processIdentifier)
        #expect(identity.hostName == ProcessInfo.processInfo.hostName || !identity.hostName.isEmpty)
        #expect(identity == PosixFileSystem().observedIdentity())
        let executable = try #require(identity.executable)
        #expect(FileManager.default.isExecutableFile(atPath: executable))
        #expect(UUID(uuidString: try #require(identity.bootID)) != nil)
    }

    #if os(Linux)
    @Test func itIsWhatTheKernelSays() throws {
        let identity = PosixFileSystem.shared.processIdentity
        let stat = try String(contentsOfFile: "/proc/self/stat", encoding: .utf8)
        // This process's name holds no space, so that plain counting is right here.
        #expect(identity.startTicks == UInt64(stat.split(separator: " ")[21]))
        let namespace = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        #expect(identity.processNamespace.map { "pid:[\($0)]" } == namespace)
        if let machine = try? String(contentsOfFile: "/etc/machine-id", encoding: .utf8) {
            let trimmed = machine.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(identity.machineID == (trimmed.isEmpty ? nil : trimmed))
        } else {
            #expect(identity.machineID == nil)
        }
    }
    #endif

    @Test func itIsWorkedOutOnce() {
        let recorder = Recorder()
        let fileSystem = recorder.fileSystem()
        _ = PosixFileSystem.shared.processIdentity
        _ = fileSystem.processIdentity
        #expect(recorder.calls == [])
    }

    @Test func aCommandNameMayHoldSpacesAndParentheses() {
        let tail = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21"
        #expect(PosixFileSystem.startTicks(inStat: "7 (plain) \(tail)") == 4242)
        #expect(PosixFileSystem.startTicks(inStat: "7 (a b) \(tail)") == 4242)
        #expect(PosixFileSystem.startTicks(inStat: "7 (a) 9 (b) S 1 2) \(tail)") == 4242)
        #expect(PosixFileSystem.startTicks(inStat: "7 (cut) S 1 2 3") == nil)
        #expect(PosixFileSystem.startTicks(inStat: "") == nil)
    }

    @Test func aNamespaceIsTheNumberInTheBrackets() {
        #expect(PosixFileSystem.namespaceInode(inLink: "pid:[4026531836]") == 4_026_531_836)
        for other in ["", "pid:[]", "pid:[x]", "net:[4026531836]", "pid:[1", "pid:1]"] {
            #expect(PosixFileSystem.namespaceInode(inLink: other) == nil)
        }
    }
}
