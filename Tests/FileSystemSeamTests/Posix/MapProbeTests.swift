#if os(Linux)
import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// The child process that looks at a map.
@Suite("The probe of maps") struct MapProbeTests {
    /// A file that has lost its page ends the child and nobody else.
    @Test func aMapThatEndsItsProcessIsTold() throws {
        let temporary = try TemporaryDirectory()
        let place = temporary.path + "/map"
        let fileSystem = PosixFileSystem { call in
            if call.name == .clone { truncate(place, 0) }
            return nil
        }
        let probes = try #require(fileSystem.hostProbes)
        let root = try fileSystem.openDirectory(temporary.path)
        let file = try root.open("map", [.read, .write, .create], permissions: .ownerFile)
        try file.truncate(to: 4096)
        #expect(try !probes.sharedMapIsCoherent(of: file, timeoutNanoseconds: 60_000_000_000))
        #expect(try file.status().size == 0)
    }
}
#endif
