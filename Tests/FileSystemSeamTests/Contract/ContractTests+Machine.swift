import FileSystemSeam
import Testing

extension ContractTests {
    @Test(arguments: SeamUnderTest.all)
    func theMonotonicClockNeverGoesBackAndSleepIsNeverTooShort(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            var last = subject.fileSystem.monotonicClock()
            for _ in 0..<1000 {
                let now = subject.fileSystem.monotonicClock()
                #expect(now >= last)
                last = now
            }
            subject.fileSystem.sleep(nanoseconds: 5_000_000)
            #expect(subject.fileSystem.monotonicClock().nanoseconds >= last.nanoseconds + 5_000_000)
            subject.fileSystem.sleep(nanoseconds: 0)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func randomBytesFillTheWholeBufferAndDiffer(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            var first = [UInt8](repeating: 0, count: 4096)
            var second = first
            var span = first.mutableSpan
            try subject.fileSystem.fillRandom(&span)
            span = second.mutableSpan
            try subject.fileSystem.fillRandom(&span)
            #expect(first != second)
            // 64 zero bytes in a row among 4096 random ones: once in 2⁵⁰⁰ runs.
            for start in stride(from: 0, to: first.count, by: 64) {
                #expect(first[start..<start + 64].contains { $0 != 0 })
            }
            var none: [UInt8] = []
            span = none.mutableSpan
            try subject.fileSystem.fillRandom(&span)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func theProcessIdentityDoesNotChange(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let identity = subject.fileSystem.processIdentity
            #expect(identity.processID > 0)
            #expect(subject.fileSystem.processIdentity == identity)
            let instance = subject.fileSystem.processInstance
            #expect(instance.processID == identity.processID)
            #expect(instance.token != 0)
            #expect(subject.fileSystem.processInstance == instance)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func mountFactsSpeakOfTheMountThatHoldsTheDirectory(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let facts = try subject.fileSystem.mountFacts(of: subject.root)
            #expect(!facts.fileSystemType.isEmpty)
            #expect(!facts.isReadOnly)
            #expect(facts.blockSizeBytes >= 512)
            #expect(facts.nameLengthMaximum >= 255)
            try subject.root.makeDirectory("inner", permissions: .ownerDirectory)
            let inner = try subject.fileSystem.mountFacts(of: subject.root.subdirectory("inner"))
            #expect(inner.mountPoint == facts.mountPoint)
            #expect(inner.fileSystemType == facts.fileSystemType)
            let statistics = try subject.fileSystem.mountStatistics(of: subject.root)
            #expect(statistics.magic == facts.magic)
            #expect(statistics.isReadOnly == facts.isReadOnly)
            #expect(statistics.nameLengthMaximum == facts.nameLengthMaximum)
        }
    }
}
