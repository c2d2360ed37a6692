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

    /// Number and token are asked for once a process, and a child that was forked since asks anew; so does its child.
    @Test func aForkedChildIsAnotherInstance() async {
        await #expect(processExitsWith: .success) {
            let fork = unsafeBitCast(dlsym(nil, "fork"), to: (@convention(c) () -> Int32).self)
            let fileSystem = PosixFileSystem.shared
            let own = fileSystem.processInstance
            guard own.processID == getpid(), own.token != 0, fileSystem.processInstance == own else { exit(2) }
            let child = fork()
            if child == 0 {
                let instance = fileSystem.processInstance
                guard instance.processID == getpid(), instance.token != 0, instance.token != own.token,
                    fileSystem.processIdentity.processID == getpid()
                else { _exit(3) }
                let grandchild = fork()
                if grandchild == 0 {
                    let inner = fileSystem.processInstance
                    let isAnother = inner.token != instance.token && inner.token != own.token && inner.token != 0
                    _exit(inner.processID == getpid() && isAnother ? 0 : 4)
                }
                var status: Int32 = 0
                waitpid(grandchild, &status, 0)
                _exit(status == 0 && fileSystem.processInstance == instance ? 0 : 5)
            }
            var status: Int32 = 0
            waitpid(child, &status, 0)
            exit(status == 0 && fileSystem.processInstance == own ? 0 : 6)
        }
    }

    /// Several threads that ask at once are told the same.
    @Test func threadsOfOneProcessAreOneInstance() async {
        await #expect(processExitsWith: .success) {
            let told = Condition<Set<ProcessInstance>>([])
            let threads = try (0..<8).map { _ in
                try FileSystemSeam.Thread.start(name: "asks") {
                    let instance = PosixFileSystem.shared.processInstance
                    told.withLock { _ = $0.insert(instance) }
                }
            }
            for thread in threads { thread.join() }
            exit(told.withLock { $0.count } == 1 ? 0 : 1)
        }
    }

    /// A process of another user is one, too; groups of processes, which numbers below 1 mean, are none.
    @Test func aNumberIsInUseByWhomeverItIs() {
        let fileSystem = PosixFileSystem.shared
        #expect(fileSystem.isProcessNumberInUse(getpid()) == true)
        #expect(fileSystem.isProcessNumberInUse(1) == true)
        for number in [0, -1, .min, .max] as [Int32] { #expect(fileSystem.isProcessNumberInUse(number) == false) }
        let recorder = Recorder()
        recorder.plan(.kill, [.failure(.notPermitted)])
        #expect(recorder.fileSystem().isProcessNumberInUse(.max) == true)
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
