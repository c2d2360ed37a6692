import FileSystemSeam
import PlatformProfile
import Testing

/// File times of whole seconds: ext4 with small inodes, HFS+; of two, as FAT has them.
@Suite("Coarse file times")
struct FileTimeTests {
    /// Whenever it is looked: also when a second passes between the two writes.
    @Test(arguments: [1, 2]) func areCoarseAtEveryMoment(seconds: Int64) throws {
        var passes = 0
        for milliseconds in stride(from: UInt64(0), to: UInt64(seconds) * 1000, by: 4) {
            let disk = SimDisk()
            disk.isTracing = false
            disk.state.fileTimeGrainNanoseconds = seconds * 1_000_000_000
            let fileSystem = disk.boot()
            fileSystem.sleep(nanoseconds: milliseconds * 1_000_000)
            let before = fileSystem.wallClock()
            let evidence = PlatformObserver(fileSystem, budgetNanoseconds: 60_000_000_000).observe(
                "/",
                depth: .standard
            )
            #expect(evidence.contents.fineModificationTimes == .observed(false), "\(milliseconds) ms")
            let after = fileSystem.wallClock()
            if after.secondsSinceEpoch / seconds != before.secondsSinceEpoch / seconds { passes += 1 }
        }
        #expect(passes > 0)
    }

    @Test func thoseOfATickAreFine() throws {
        let evidence = PlatformObserver(SimDisk().boot(), budgetNanoseconds: 60_000_000_000).observe(
            "/",
            depth: .standard
        )
        #expect(evidence.contents.fineModificationTimes == .observed(true))
    }
}
