import Foundation
import TestSupport
import Testing

@Suite struct HolderOracleTests {
    private func oracle(_ temporary: borrowing TemporaryDirectory) throws -> HolderOracle {
        try HolderOracle(at: temporary.path + "/oracle", workers: 3)
    }

    @Test func twoInsideAreAnOverlapUnlessBothShare() throws {
        let temporary = try TemporaryDirectory()
        let oracle = try oracle(temporary)
        #expect(oracle.enter(0, shared: false) == [])
        oracle.leave(0)
        #expect(oracle.enter(0, shared: true) == [])
        #expect(oracle.enter(1, shared: true) == [])
        #expect(oracle.value(.overlaps) == 0)
        #expect(oracle.enter(2, shared: false) == [getpid(), getpid()])
        #expect(oracle.value(.overlaps) == 1)
        oracle.leave(0)
        oracle.leave(1)
        // An exclusive holder is inside.
        #expect(oracle.enter(0, shared: true) == [getpid()])
        #expect(oracle.value(.overlaps) == 2)
        #expect(oracle.value(.holds) == 5)
    }

    @Test func whoWasKilledInsideIsNotThereAnyMore() throws {
        let temporary = try TemporaryDirectory()
        let oracle = try oracle(temporary)
        _ = oracle.enter(0, shared: false)
        // Announced, but it lives: that is an overlap. This process stands for the victim.
        let dead = Process()
        dead.executableURL = URL(filePath: "/bin/true")
        try dead.run()
        dead.waitUntilExit()
        oracle.announceKill(of: 0, process: dead.processIdentifier)
        #expect(oracle.enter(1, shared: false) == [getpid()])
        oracle.leave(1)
        oracle.forget(0, process: dead.processIdentifier)
        #expect(oracle.enter(1, shared: false) == [getpid()])
        oracle.leave(1)
        oracle.forget(0, process: getpid())
        #expect(oracle.enter(1, shared: false) == [])
    }

    @Test func anEpochThatDoesNotGrowIsCounted() throws {
        let temporary = try TemporaryDirectory()
        let oracle = try oracle(temporary)
        for epoch in [1, 2, 5] as [UInt64] { oracle.see(epoch) }
        #expect(oracle.value(.regressions) == 0)
        for epoch in [5, 4] as [UInt64] { oracle.see(epoch) }
        #expect(oracle.value(.regressions) == 2)
        #expect(oracle.value(.epoch) == 5)
    }
}
