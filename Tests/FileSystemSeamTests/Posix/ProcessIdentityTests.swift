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

    /// The number is asked for once a process, and a child that was forked since asks anew; so does its child.
    @Test func aForkedChildKnowsItsNumber() async {
        await #expect(processExitsWith: .success) {
            let fork = unsafeBitCast(dlsym(nil, "fork"), to: (@convention(c) () -> Int32).self)
            let fileSystem = PosixFileSystem.shared
            let own = fileSystem.processID
            guard own == getpid() else { exit(2) }
            let child = fork()
            if child == 0 {
                guard fileSystem.processID == getpid(), fileSystem.processID != own else { _exit(3) }
                let number = fileSystem.processID
                let grandchild = fork()
                if grandchild == 0 {
                    _exit(fileSystem.processID == getpid() && fileSystem.processID != number ? 0 : 4)
                }
                var status: Int32 = 0
                waitpid(grandchild, &status, 0)
                _exit(status == 0 && fileSystem.processID == number ? 0 : 5)
            }
            var status: Int32 = 0
            waitpid(child, &status, 0)
            exit(status == 0 && fileSystem.processID == own ? 0 : 6)
        }
    }

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
