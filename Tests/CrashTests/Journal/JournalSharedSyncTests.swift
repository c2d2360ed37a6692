import CrashTesting
import FileSystemSeam
import TestSupport
import Testing

/// Two and three processes append at the same time, and sync without the lock: in many orders of their operations, with
/// syncs that fail and with one that is killed; then the power is cut.
@Suite("A journal whose processes sync at the same time")
struct JournalSharedSyncTests {
    /// About how many counted operations a process makes; what comes behind the last one is to go on undisturbed.
    private static let operationMaximum = 16

    /// Two processes, each of which hands over once.
    private static let orders: [[[Int]]] = {
        var orders: [[[Int]]] = []
        for first in stride(from: 1, through: operationMaximum, by: runsLongTests ? 1 : 6) {
            for second in stride(from: 1, through: operationMaximum, by: runsLongTests ? 1 : 8) {
                orders.append([[first], [second]])
            }
        }
        return orders
    }()

    /// Three processes, each of which hands over twice, or once.
    private static func ordersOfThree(_ count: Int) -> [[[Int]]] {
        var random = SplitMix64(seed: 3)
        return (0..<count).map { _ in
            (0..<3).map { _ in (0..<2).map { _ in Int.random(in: 1...operationMaximum, using: &random) }.sorted() }
        }
    }

    /// What is explored, in words.
    private static func explore(_ what: String, _ shared: SharedSync, _ orders: [[[Int]]]) throws {
        var states = 0
        for order in orders {
            let run = try shared.explore(order)
            #expect(run.report.isClean, "\(order): \(run.report)")
            // They did share: the head has a lock of its own only then.
            #expect(run.relay.locks(of: "current.json") >= 1, "\(order)")
            states += run.report.statistics.states
        }
        print("crash: \(what), \(shared.model): \(orders.count) orders, \(states) states")
    }

    @Test(arguments: runsLongTests ? PersistenceModel.all : [.posixMinimal])
    func nothingAcknowledgedIsLostInManyOrders(model: PersistenceModel) throws {
        try Self.explore("two that sync at the same time", SharedSync(model: model), Self.orders)
    }

    @Test(arguments: runsLongTests ? PersistenceModel.all : [.posixMinimal])
    func nothingAcknowledgedIsLostInOrdersOfThree(model: PersistenceModel) throws {
        let orders = Self.ordersOfThree(runsLongTests ? 300 : 2)
        try Self.explore("three that sync at the same time", SharedSync(processCount: 3, model: model), orders)
    }

    @Test(arguments: [2, 3])
    func nothingAcknowledgedIsLostWhenOneIsKilled(processCount: Int) throws {
        var states = 0
        var kills = 0
        for killed in 0..<(processCount - 1) {
            for operation in stride(
                from: 1,
                through: Self.operationMaximum,
                by: runsLongTests ? 1 : 4 * processCount - 4
            ) {
                var order = [[Int]](repeating: [], count: processCount)
                // The others are in the middle of theirs, too.
                if processCount == 3 { order = [[operation % 5 + 1], [operation % 7 + 1], [operation % 3 + 1]] }
                order[killed] = [operation]
                let run = try SharedSync(processCount: processCount, killed: killed).explore(order)
                #expect(run.report.isClean, "\(killed) killed before \(operation): \(run.report)")
                states += run.report.statistics.states
                if run.relay.hasKilled { kills += 1 }
            }
        }
        // Those that come behind the last operation strike nobody.
        #expect(kills >= (runsLongTests ? 6 * (processCount - 1) : processCount))
        print("crash: one of \(processCount) that sync at the same time is killed: \(kills) kills, \(states) states")
    }

    /// Each of the syncs fails once, in orders that let the others write before it, sync before it, or sync after it.
    @Test(arguments: [2, 3])
    func nothingAcknowledgedIsLostWhenASyncFails(processCount: Int) throws {
        var states = 0
        let orders =
            processCount == 3
            ? Self.ordersOfThree(runsLongTests ? 30 : 1)
            : Self.orders.enumerated().filter { runsLongTests || $0.offset.isMultiple(of: 3) }.map(\.element)
        for order in orders {
            var shared = SharedSync(processCount: processCount)
            let syncs = try shared.rehearse(order).syncs
            #expect(syncs > processCount)
            for sync in 1...syncs {
                shared.faults = .on(.sync, sync, .error(.inputOutput))
                // A quick run takes some of them.
                if !runsLongTests, processCount == 3, !sync.isMultiple(of: 3) { continue }
                let run = try shared.explore(order)
                #expect(run.report.isClean, "\(order), sync \(sync) fails: \(run.report)")
                #expect(run.hasStruck, "\(order), sync \(sync)")
                states += run.report.statistics.states
            }
        }
        print("crash: \(processCount) that sync at the same time, and a sync fails: \(states) states")
    }

    /// A sync that does nothing is noticed, whichever it is.
    @Test(arguments: [2, 3])
    func noSyncIsLeftOutUnnoticed(processCount: Int) throws {
        var shared = SharedSync(processCount: processCount)
        let alone = [[Int]](repeating: [], count: processCount)
        let syncs = try shared.rehearse(alone).syncs
        #expect(syncs >= 3)
        for sync in 1...syncs {
            shared.faults = .on(.sync, sync, .lyingSync)
            let run = try shared.explore(alone)
            #expect(run.hasStruck && !run.report.isClean, "sync \(sync)")
        }
    }
}
