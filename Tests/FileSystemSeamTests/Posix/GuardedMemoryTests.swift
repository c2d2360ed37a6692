import FileSystemSeam
import Foundation
import Testing

@Suite("Memory for secrets")
struct GuardedMemoryTests {
    @Test func itIsZeroWholePagesAndWritable() throws {
        let memory = try GuardedMemory(byteCount: 5000)
        #expect(memory.count >= 5000 && memory.count.isMultiple(of: 4096))
        #expect(memory.isOwnProcess && memory.owner.processID == getpid())
        let sum = memory.withBytes { bytes in
            let sum = bytes.reduce(0) { $0 + Int($1) }
            bytes[4999] = 7
            return sum + Int(bytes[4999])
        }
        #expect(sum == 7)
    }

    @Test func nothingAndTooMuchAreRefused() {
        #expect(throws: FileSystemError.self) { try GuardedMemory(byteCount: 0) }
        #expect(throws: FileSystemError.self) { try GuardedMemory(byteCount: -1) }
        #expect(throws: FileSystemError.self) { try GuardedMemory(byteCount: Int.max) }
    }

    #if os(Linux)
    /// The kernel shows what was granted, and the guard pages.
    @Test func theKernelAgrees() throws {
        let memory = try GuardedMemory(byteCount: 4096)
        let start = memory.withBytes { UInt(bitPattern: $0.baseAddress) }
        // Reading "whole" files ends after 4 KiB where the size is not told beforehand.
        let handle = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/smaps"))
        let maps = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n")
        let own = try #require(maps.firstIndex { $0.hasPrefix(String(start, radix: 16) + "-") })
        let flags = try #require(maps[own...].first { $0.hasPrefix("VmFlags:") }).split(separator: " ")
        // Sanitizers take `mlock` and do nothing, since their own memory cannot be locked.
        let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
        if !isSanitized { #expect(flags.contains("lo") == memory.protections.contains(.locked)) }
        #expect(flags.contains("dd") == memory.protections.contains(.notDumped))
        #expect(flags.contains("wf") == memory.protections.contains(.wipedOnFork))
        #expect(memory.protections.contains([.notDumped, .wipedOnFork]))
        let before = try #require(maps[..<own].last { $0.contains("-" + String(start, radix: 16) + " ") })
        #expect(before.contains("---p"), "\(before)")
        #expect(maps.contains { $0.hasPrefix(String(start + 4096, radix: 16)) && $0.contains("---p") })
    }

    /// A forked child may find no memory there at all, as always on Darwin; letting go of it must not end the child.
    @Test func aForkedChildLetsGoOfWhatItDoesNotHave() async {
        await #expect(processExitsWith: .success) {
            let fork = unsafeBitCast(dlsym(nil, "fork"), to: (@convention(c) () -> Int32).self)
            var memory: GuardedMemory? = try GuardedMemory(byteCount: 4096)
            let hides = memory?.withBytes { madvise($0.baseAddress, $0.count, MADV_DONTFORK) }
            guard hides == 0, memory?.protections.contains(.wipedOnFork) == true else { exit(2) }
            let child = fork()
            if child == 0 {
                memory = nil
                _exit(0)
            }
            var status: Int32 = -1
            waitpid(child, &status, 0)
            exit(status == 0 && memory?.isOwnProcess == true ? 0 : 3)
        }
    }

    @Test func aGuardPageStopsWhoRunsBeyondTheEnd() async {
        await #expect(processExitsWith: .failure) {
            let memory = try GuardedMemory(byteCount: 4096)
            memory.withBytes { bytes in
                bytes.baseAddress!.advanced(by: bytes.count).storeBytes(of: 1, as: UInt8.self)
            }
        }
    }
    #endif
}
