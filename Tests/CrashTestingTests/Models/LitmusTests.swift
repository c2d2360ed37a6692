import CrashTesting
import FileSystemSeam
import LitmusPrograms
import Testing

/// The litmus programs under every model. They guard the models themselves: an outcome more or less is a change of
/// the model, never an accident. `Scripts/crash-on-real-filesystems` runs the same programs on real file systems.
@Suite struct LitmusTests {
    @Test(arguments: LitmusProgram.all, PersistenceModel.all)
    func exactlyTheLegalOutcomesSurvive(_ program: LitmusProgram, _ model: PersistenceModel) throws {
        let seen = try CrashExplorer(model).outcomes {
            try program.prepare($0.openDirectory("/"))
        } workload: {
            try program.run($0.openDirectory("/"))
        } observe: {
            try describe($0.openDirectory("/"))
        }
        let expected = Set(program.expected(model.name).map { CrashOutcome($0) })
        #expect(seen.subtracting(expected).isEmpty, "\(model): too many: \(seen.subtracting(expected).sorted())")
        #expect(expected.subtracting(seen).isEmpty, "\(model): missing: \(expected.subtracting(seen).sorted())")
    }

    @Test func anObserverThatThrowsHidesNoOtherOutcome() throws {
        let names = ["a", "b", "c"]
        let seen = try CrashExplorer().outcomes {
            let directory = try $0.openDirectory("/")
            for name in names { try directory.makeDirectory(name, permissions: .ownerDirectory) }
        } observe: {
            let directory = try $0.openDirectory("/")
            let found = try names.filter { try directory.exists($0) }.joined()
            if found == "ab" { throw FileSystemError(operation: .open, name: found, code: .inputOutput) }
            return found
        }
        let failure: CrashOutcome = "the recovery failed: open \"ab\": input/output error (EIO 5)"
        #expect(seen == ["", "a", "b", "c", failure, "ac", "bc", "abc"])
    }

    /// Two outcomes that look alike, and two failures, are two: a list of outcomes that lacks one proves nothing.
    @Test func outcomesThatLookAlikeAreTwo() throws {
        let names = ["\u{e9}", "e\u{301}"]
        for isFailure in [false, true] {
            let seen = try CrashExplorer().outcomes {
                let directory = try $0.openDirectory("/")
                for name in names { try directory.makeDirectory(name, permissions: .ownerDirectory) }
            } observe: {
                let directory = try $0.openDirectory("/")
                let found = try names.filter { try directory.exists($0) }.joined()
                if isFailure { throw FileSystemError(operation: .open, name: found, code: .inputOutput) }
                return found
            }
            #expect(seen.count == 4, "\(seen.sorted())")
        }
    }

    @Test func unwrittenBlocksShowWholeAndEachByItself() throws {
        // Two new blocks, the second with two sectors, and an old one: only that may be torn. The length grows block by
        // block.
        let seen = try CrashExplorer(.ext4Ordered).outcomes {
            try put($0.openDirectory("/"), "a", sectors("AAAAAA"), synced: true)
        } workload: {
            try put($0.openDirectory("/"), "a", sectors("AAAAAABC" + "DDDDDDDD" + "EF"))
        } observe: {
            let file = try $0.openDirectory("/").open("a", [.read], permissions: .ownerFile)
            let bytes = try file.readAll(maximumBytes: 1 << 16)
            let letters = stride(from: 0, to: bytes.count, by: 512).map {
                bytes[$0] == 0 ? "·" : UnicodeScalar(bytes[$0])
            }
            return String(String.UnicodeScalarView(letters))
        }
        var expected: Set<CrashOutcome> = ["AAAAAA"]
        for old in ["··", "B·", "·C", "BC"] {
            expected.insert(CrashOutcome("AAAAAA" + old))
            for middle in ["········", "DDDDDDDD"] {
                expected.insert(CrashOutcome("AAAAAA" + old + middle))
                for end in ["··", "EF"] { expected.insert(CrashOutcome("AAAAAA" + old + middle + end)) }
            }
        }
        #expect(seen == expected, "\(seen.symmetricDifference(expected).sorted())")
    }

    @Test func theKnobsChangeWhatTheySay() throws {
        func outcomes(_ model: PersistenceModel, _ run: (any Directory) throws -> Void) throws -> Set<CrashOutcome> {
            try CrashExplorer(model).outcomes {
                try put($0.openDirectory("/"), "b", "B", synced: true)
            } workload: {
                try run($0.openDirectory("/"))
            } observe: {
                try describe($0.openDirectory("/"))
            }
        }
        func replace(_ directory: any Directory) throws {
            try put(directory, "a", "A")
            try directory.rename("a", to: "b", in: directory, exclusive: false)
        }
        var careful = PersistenceModel.ext4Ordered
        careful.renameOntoWaitsForData = true
        #expect(try outcomes(.ext4Ordered, replace).contains("b="))
        #expect(try !outcomes(careful, replace).contains("b="))

        var waiting = PersistenceModel.ext4Ordered
        waiting.lengthRule = .afterNewBlocks(bytes: 4096)
        #expect(try outcomes(.ext4Ordered, replace).contains("b=·"))
        #expect(try outcomes(waiting, replace) == ["b=B", "a= b=B", "a=A b=B", "b=", "b=A"])

        var garbage = PersistenceModel.posixMinimal
        garbage.newSectorsMayHoldGarbage = true
        let torn = try outcomes(garbage) { try put($0, "b", "BC") }
        #expect(torn == ["b=B", "b=B·", "b=BC"], "within a sector there is nothing to fill: \(torn)")
        let long = try outcomes(garbage) { try put($0, "c", String(repeating: "c", count: 2)) }
        #expect(long.contains { $0.text.hasPrefix("b=B c=?") }, "\(long)")

        var split = PersistenceModel.posixMinimal
        split.splitsRenames = true
        func move(_ directory: any Directory) throws {
            try directory.rename("b", to: "c", in: directory, exclusive: false)
        }
        #expect(try outcomes(.posixMinimal, move) == ["b=B", "c=B"])
        #expect(try outcomes(split, move) == ["b=B", "c=B", "b=B c=B", "-"])
    }
}
