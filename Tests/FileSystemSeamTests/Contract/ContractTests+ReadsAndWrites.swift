import FileSystemSeam
import Testing

extension ContractTests {
    @Test(arguments: SeamUnderTest.all)
    func whatIsWrittenIsReadByEveryHandle(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let file = try subject.root.open("file", [.read, .write, .create], permissions: .ownerFile)
            #expect(try file.write(Array("hello, world".utf8).span, at: 0) == 12)
            #expect(try file.write(Array("HELLO".utf8).span, at: 0) == 5)
            let other = try subject.root.open("file", .read, permissions: .ownerFile)
            #expect(try other.text(12, at: 0) == "HELLO, world")
            #expect(try other.text(5, at: 7) == "world")
            #expect(try file.status().size == 12)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func readsStopAtTheEndOfTheFile(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "0123456789")
            let file = try subject.root.existing("file")
            #expect(try file.text(100, at: 7) == "789")
            #expect(try file.text(100, at: 10) == "")
            #expect(try file.text(100, at: 1 << 40) == "")
            #expect(try file.text(0, at: 0) == "")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func anEmptyWriteDoesNothing(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let file = try subject.root.open("file", [.read, .write, .create], permissions: .ownerFile)
            #expect(try file.write([UInt8]().span, at: 100) == 0)
            #expect(try file.status().size == 0)
            let log = try subject.root.open("log", [.write, .create, .append], permissions: .ownerFile)
            #expect(try log.append([UInt8]().span) == 0)
            #expect(try log.status().size == 0)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func negativeOffsetsAndSizesAreRefused(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "text")
            let file = try subject.root.existing("file")
            expectFailure(.invalidArgument, .read) { _ = try file.text(1, at: -1) }
            expectFailure(.invalidArgument, .write) { _ = try file.write([1].span, at: -1) }
            expectFailure(.invalidArgument, .truncate) { try file.truncate(to: -1) }
            expectFailure(.invalidArgument, .allocate) { try file.allocate(to: -1) }
            #expect(try file.text() == "text")
            // Before it is looked at whether the handle may do that at all.
            let reader = try subject.root.open("file", .read, permissions: .ownerFile)
            expectFailure(.invalidArgument, .write) { _ = try reader.write([1].span, at: -1) }
            expectFailure(.invalidArgument, .allocate) { try reader.allocate(to: -1) }
            let writer = try subject.root.open("file", .write, permissions: .ownerFile)
            expectFailure(.invalidArgument, .read) { _ = try writer.text(1, at: -1) }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aWriteBeyondTheLastOffsetIsRefused(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "text")
            let file = try subject.root.existing("file")
            expectFailure(.invalidArgument, .write) { _ = try file.write([1, 2].span, at: .max) }
            #expect(try file.text() == "text")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func holesAreReadAsZeros(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let file = try subject.root.open("file", [.read, .write, .create], permissions: .ownerFile)
            try file.writeAll([1], at: 0)
            try file.writeAll([2], at: 100_000)
            #expect(try file.status().size == 100_001)
            let bytes = try file.readAll(maximumBytes: 200_000)
            #expect(bytes == [1] + [UInt8](repeating: 0, count: 99_999) + [2])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func truncationCutsAndGrowsWithZeros(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "0123456789")
            let file = try subject.root.existing("file")
            try file.truncate(to: 4)
            #expect(try file.text() == "0123")
            // What was cut off does not come back.
            try file.truncate(to: 8)
            #expect(try file.text() == "0123\0\0\0\0")
            try file.truncate(to: 0)
            #expect(try file.status().size == 0)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func allocationGrowsWithZerosAndNeverShrinks(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "text")
            let file = try subject.root.existing("file")
            try file.allocate(to: 6)
            #expect(try file.text() == "text\0\0")
            try file.allocate(to: 2)
            try file.allocate(to: 0)
            #expect(try file.status().size == 6)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func appendsOfTwoHandlesGoToTheEnd(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let options: OpenOptions = [.read, .write, .create, .append]
            let first = try subject.root.open("log", options, permissions: .ownerFile)
            let second = try subject.root.open("log", options, permissions: .ownerFile)
            #expect(try first.append(Array("a1 ".utf8).span) == 3)
            #expect(try second.append(Array("b1 ".utf8).span) == 3)
            #expect(try first.append(Array("a2".utf8).span) == 2)
            #expect(try second.text() == "a1 b1 a2")
            // After a truncation the end is the new end.
            try first.truncate(to: 3)
            #expect(try second.append(Array("!".utf8).span) == 1)
            #expect(try first.text() == "a1 !")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func appendingAndPositionedWritingExcludeEachOther(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let log = try subject.root.open("log", [.write, .create, .append], permissions: .ownerFile)
            expectFailure(.invalidArgument, .write) { _ = try log.write([1].span, at: 0) }
            let file = try subject.root.open("file", [.write, .create], permissions: .ownerFile)
            expectFailure(.invalidArgument, .append) { _ = try file.append([1].span) }
            #expect(try log.status().size == 0)
            #expect(try file.status().size == 0)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func everySyncLevelIsAccepted(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "text")
            let file = try subject.root.existing("file")
            for level in SyncLevel.allCases {
                try file.writeAll([1], at: 0)
                try file.sync(level)
            }
            // A handle that only reads may sync what others wrote.
            try subject.root.open("file", .read, permissions: .ownerFile).sync(.data)
            try subject.root.sync()
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aStatusDescribesTheFile(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let before = subject.fileSystem.wallClock()
            try subject.root.put("file", "text")
            let file = try subject.root.existing("file")
            let status = try file.status()
            #expect(status.kind == .regular)
            #expect(status.size == 4)
            #expect(status.linkCount == 1)
            #expect(try subject.root.status(of: "file") == status)
            // File systems keep coarser time than the clock; a second is coarse enough.
            #expect(status.modified.nanosecondsSinceEpoch > before.nanosecondsSinceEpoch - 1_000_000_000)
            #expect(try subject.root.status().kind == .directory)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aMapShowsTheFileAndOutlivesTheHandle(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "0123456789")
            let file = try subject.root.existing("file")
            guard let mapping = try file.map(length: 8) else { return }
            try file.close()
            #expect(mapping.count == 8)
            var bytes = [UInt8](repeating: 0xff, count: 4)
            var span = bytes.mutableSpan
            #expect(mapping.copy(into: &span, from: 2) == 4)
            #expect(bytes == Array("2345".utf8))
            span = bytes.mutableSpan
            #expect(mapping.copy(into: &span, from: 6) == 2)
            #expect(bytes == Array("6745".utf8))
            span = bytes.mutableSpan
            #expect(mapping.copy(into: &span, from: 8) == 0)
            #expect(mapping.copy(into: &span, from: -1) == 0)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aMapBeyondTheEndIsRefusedAndAnEmptyOneIsNot(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "0123456789")
            let file = try subject.root.existing("file")
            guard let empty = try file.map(length: 0) else { return }
            #expect(empty.count == 0)
            expectFailure(.invalidArgument, .map) { _ = try file.map(length: 11) }
            expectFailure(.invalidArgument, .map) { _ = try file.map(length: -1) }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aMapNeedsToRead(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "0123456789")
            let file = try subject.root.open("file", .write, permissions: .ownerFile)
            expectFailure(.accessDenied, .map) { _ = try file.map(length: 8) }
            expectFailure(.invalidArgument, .map) { _ = try file.map(length: 11) }
            _ = try file.map(length: 0)
        }
    }
}
