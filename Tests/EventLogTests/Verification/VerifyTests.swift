import EventLog
import FileSystemSeam
import Foundation
import Testing

@Suite("Verification")
struct VerifyTests {
    private func verify(_ text: String, counts: Bool = true) throws -> LogVerification {
        let log = try TestLog()
        try log.write(text)
        if counts {
            let size = try log.open().size()
            try log.setCounter(count: try #require(size.nextSequenceNumber), size: UInt64(text.utf8.count))
        }
        let before = try log.names().map { ($0, try log.bytes($0)) }
        let report = try log.open().verify()
        #expect(try log.names() == before.map(\.0))
        for (name, bytes) in before { #expect(try log.bytes(name) == bytes) }
        return report
    }

    @Test func aSoundLogHasNothingToTell() throws {
        let log = try TestLog()
        try log.open().append((0..<10).map { event("\($0)") })
        let report = try log.open().verify()
        #expect(report.isIntact)
        #expect(report.failures == [] && report.warnings == [])
        #expect(report.size.eventCount == 10 && report.size.lineCount == 10)
        #expect(report.size.nextSequenceNumber == 10)
        #expect(report.size.byteCount == Int64(try log.bytes().count))
        #expect(try log.open().verify().size == log.open().size())
    }

    /// What is wrong with the events is not said of the counter, once or for good.
    @Test(arguments: [(ErrorNumber.inputOutput, 1), (.staleHandle, .max)])
    func eventsThatCannotBeReadAreNoFaultOfTheCounter(code: ErrorNumber, times: Int) throws {
        let log = try TestLog()
        try log.open().append((0..<3).map { event("\($0)") })
        let size = try log.bytes().count
        let calls = CallLog()
        let rest = Condition(times)
        calls.setFault { call in
            guard call.name == .pread, call.count == size else { return nil }
            return rest.withLock { rest in
                rest -= 1
                return rest >= 0 ? .failure(code) : nil
            }
        }
        let error = try eventLogError { _ = try log.open(fileSystem: calls.fileSystem).verify() }
        guard case .io(let cause, "events.jsonl")? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.code == code)
    }

    /// Another process moves the tail away between the look at the size and the look at the end.
    @Test func aTailThatIsMovedAwayMeanwhileIsNoFaultOfTheCounter() throws {
        let log = try TestLog()
        try log.open().append((0..<3).map { event("\($0)") })
        let whole = try log.bytes()
        try log.append("{\"torn")
        let calls = CallLog()
        calls.setFault { call in
            if call.name == .pread, call.count == whole.count + 6 { try? log.write(whole) }
            return nil
        }
        let report = try log.open(fileSystem: calls.fileSystem).verify()
        #expect(report.isIntact && report.warnings == [])
    }

    @Test func noLogIsASoundLog() throws {
        let report = try TestLog().open().verify()
        #expect(report.isIntact && report.warnings == [] && report.seal == nil)
    }

    @Test func aGapIsLocated() throws {
        let report = try verify([0, 1, 4, 5, 9].map { line($0) + "\n" }.joined())
        #expect(report.failures.map(\.kind) == [.gap, .gap])
        #expect(report.failures.map(\.sequenceNumber) == [2, 6])
        #expect(report.failures.map(\.line) == [3, 5])
        #expect(report.failures[0].message == "the numbers 2 to 3 are missing")
        #expect(report.failures[1].message == "the numbers 6 to 8 are missing")
        #expect(!report.isIntact && report.failureCount == 2)
        #expect(try verify(line(1) + "\n").failures.map(\.message) == ["the number 0 is missing"])
    }

    /// What writers do that append without the lock: one of three runs of eight had a number twice.
    @Test func aDuplicateIsLocated() throws {
        let report = try verify([0, 1, 1, 2].map { line($0) + "\n" }.joined())
        #expect(report.failures.map(\.kind) == [.duplicate])
        #expect(report.failures[0].line == 3)
        #expect(report.failures[0].sequenceNumber == 1)
        let offset = try #require(report.failures[0].byteOffset)
        #expect(offset == Int64(2 * (line(0).utf8.count + 1)))
    }

    @Test func numbersOutOfOrderAreLocated() throws {
        let report = try verify([0, 2, 1, 3, 6, 5, 4].map { line($0) + "\n" }.joined())
        #expect(report.failures.map(\.kind) == [.outOfOrder, .outOfOrder, .outOfOrder])
        #expect(report.failures.map(\.line) == [3, 6, 7])
        #expect(report.failures[0].message == "the number 1 follows 2")
    }

    @Test func malformedLinesAreFailuresAndBlankOnesWarnings() throws {
        let report = try verify(line(0) + "\nnonsense\n\n" + line(3) + "\n")
        #expect(report.failures.map(\.kind) == [.malformedLine, .gap])
        #expect(report.failures[0].line == 2)
        #expect(report.warnings.map(\.kind) == [.blankLine])
        #expect(report.size.eventCount == 2 && report.size.lineCount == 4)
    }

    @Test func aTornTailIsAWarning() throws {
        let report = try verify(line(0) + "\n{\"torn")
        #expect(report.isIntact)
        #expect(report.warnings.map(\.kind).contains(.tornTail))
        #expect(report.warnings.first { $0.kind == .tornTail }?.line == 2)
    }

    @Test func theCounterIsAWarning() throws {
        let log = try TestLog()
        try log.open().append([event(), event()])
        let size = UInt64(try log.bytes().count)
        func messages() throws -> [String] {
            try log.open().verify().warnings.map { "\($0.kind.rawValue): \($0.message)" }
        }
        #expect(try messages() == [])
        try log.setCounter(count: 2, size: size + 1)
        #expect(try messages()[0].hasPrefix("counter: events.jsonl.count is for \(size + 1) bytes"))
        try log.setCounter(count: 3, size: size)
        #expect(try messages()[0].hasPrefix("counter: events.jsonl.count says that 3 is next"))
        try log.write([1, 2, 3], to: "events.jsonl.count")
        #expect(try messages()[0].hasSuffix("has 3 bytes instead of 16"))
        try log.remove("events.jsonl.count")
        #expect(try messages()[0].contains("is not there"))
        #expect(try log.open().verify().isIntact)
    }

    @Test func allAreCountedAndSomeListed() throws {
        let log = try TestLog()
        try log.write((0..<50).map { _ in "x\n\n" }.joined())
        let report = try log.open().verify(problemMaximum: 3)
        #expect(report.failureCount == 50 && report.warningCount == 51)
        #expect(report.failures.count == 3)
        #expect(report.warnings.map(\.kind) == [.blankLine, .blankLine, .blankLine, .counter])
    }

    /// What is said of the whole is said however much there is to say of single lines.
    @Test(arguments: [0, 3]) func badLinesDoNotHideABrokenSeal(problemMaximum: Int) throws {
        let log = try TestLog()
        try log.write(String(repeating: "x\n", count: 10))
        try log.open().append((0..<3).map { event("\($0)") })
        _ = try log.open().seal()
        #expect(try !log.open().verify(problemMaximum: problemMaximum).isSealBroken)
        try log.write(try log.lines().dropLast().map { $0 + "\n" }.joined())
        let report = try log.open().verify(problemMaximum: problemMaximum)
        #expect(report.isSealBroken)
        #expect(report.failures.map(\.kind).last == .sealBroken)
        #expect(report.failures.count == problemMaximum + 1)
        // The lines, the numbers that they took, and the seal.
        #expect(report.failureCount == 12)
    }

    @Test(arguments: [0, 3]) func blankLinesDoNotHideOtherWarnings(problemMaximum: Int) throws {
        let log = try TestLog()
        try log.write(String(repeating: "\n", count: 10))
        try log.open().append(event("sealed"))
        _ = try log.open().seal()
        try log.open().append(event("late"))
        try log.append("{\"torn")
        let report = try log.open().verify(problemMaximum: problemMaximum)
        #expect(report.warnings.prefix(problemMaximum).allSatisfy { $0.kind == .blankLine })
        #expect(report.warnings.dropFirst(problemMaximum).map(\.kind) == [.counter, .tornTail, .unsealedEvents])
        #expect(report.warningCount == 13)
    }

    /// Numbers in any order, with gaps and repetitions, against a set of them.
    @Test(arguments: 0..<40) func numbersAreJudgedAsASetJudgesThem(seed: Int) throws {
        var numbers: [UInt64] = []
        var state = UInt64(seed + 1)
        for _ in 0..<30 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            numbers.append(state >> 33 % 25)
        }
        var seen: Set<UInt64> = []
        var previous: UInt64?
        var expected: [LogProblem.Kind: Int] = [:]
        for number in numbers {
            if !seen.insert(number).inserted {
                expected[.duplicate, default: 0] += 1
            } else if let previous, previous > number {
                expected[.outOfOrder, default: 0] += 1
            }
            previous = number
        }
        let highest = try #require(seen.max())
        let missing = Set(0...highest).subtracting(seen)
        // A gap begins at each missing number whose neighbour below is not missing.
        expected[.gap] = missing.filter { $0 == 0 || !missing.contains($0 - 1) }.count
        let report = try verify(numbers.map { line($0) + "\n" }.joined(), counts: false)
        for kind in [LogProblem.Kind.duplicate, .outOfOrder, .gap] {
            #expect(report.failures.filter { $0.kind == kind }.count == expected[kind] ?? 0, "\(kind) in \(numbers)")
        }
    }
}
