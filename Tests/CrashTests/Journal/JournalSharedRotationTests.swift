import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// A segment becomes full, and the next one is begun, while another process has written to the full one and not synced
/// yet.
@Suite("A journal whose segment is sealed while others sync")
struct JournalSharedRotationTests {
    private static let models = runsLongTests ? PersistenceModel.all : [.posixMinimal]

    /// A segment holds what each process appends alone, and `further` records behind.
    private static func shared(
        _ processCount: Int,
        further: Int,
        model: PersistenceModel = .posixMinimal
    ) -> SharedSync {
        var settings = SegmentSettings()
        // Half a record is too little for one more.
        let records = Int64(1 + 2 * processCount + further)
        settings.segmentByteMaximum = records * recordByteCount + recordByteCount / 2
        // All of it has its place from the beginning, so that it is shared.
        settings.preallocationByteMinimum = settings.segmentByteMaximum
        settings.preallocationByteMaximum = settings.segmentByteMaximum
        settings.tailRecordMaximum = 64
        return SharedSync(processCount: processCount, settings: settings, model: model)
    }

    /// About what a record takes.
    private static let recordByteCount: Int64 = 600

    /// How often a process sealed a segment to which another one had written, and which that one synced only
    /// afterwards.
    private static func sealsInFlight(_ events: [Relay.Event]) -> Int {
        events.indices.count { place in
            let seal = events[place]
            guard seal.operation == .truncate, seal.name.hasSuffix(".jsonl") else { return false }
            func isOther(_ event: Relay.Event) -> Bool {
                event.process != seal.process && event.name == seal.name && [.write, .sync].contains(event.operation)
            }
            let others = Set(events.map(\.process)).subtracting([seal.process])
            return others.contains { other in
                events[..<place].last { isOther($0) && $0.process == other }?.operation == .write
                    && events[place...].first { isOther($0) && $0.process == other }?.operation == .sync
            }
        }
    }

    /// Orders in which that happens, found by trying them without power cuts; in a quick run the first one.
    private static func orders(_ shared: SharedSync) throws -> [[[Int]]] {
        var orders: [[[Int]]] = []
        for first in 1...12 {
            for second in 1...12 {
                let order = Array([[first], [second], [first % 4 + 1]].prefix(shared.processCount))
                if sealsInFlight(try shared.rehearse(order).events) > 0 { orders.append(order) }
                if !runsLongTests, !orders.isEmpty { return orders }
            }
        }
        return orders
    }

    @Test(arguments: models, [2, 3])
    func nothingAcknowledgedIsLost(model: PersistenceModel, processCount: Int) throws {
        var states = 0
        var orderCount = 0
        for further in 0...(runsLongTests ? 2 : 0) {
            let shared = Self.shared(processCount, further: further, model: model)
            let orders = try Self.orders(shared)
            for order in orders {
                let run = try shared.explore(order)
                #expect(run.report.isClean, "\(order), \(further) further records: \(run.report)")
                #expect(Self.sealsInFlight(run.relay.events) > 0, "\(order)")
                states += run.report.statistics.states
                orderCount += 1
            }
        }
        #expect(orderCount > 0)
        print(
            "crash: a segment is sealed before one of \(processCount) has synced, \(model): \(orderCount) orders, "
                + "\(states) states"
        )
    }

    /// Each of the syncs fails once, before, while or after the segment is sealed.
    @Test func nothingAcknowledgedIsLostWhenASyncFails() throws {
        var states = 0
        let shared = Self.shared(2, further: 0)
        let orders = try Self.orders(shared)
        for order in orders {
            for sync in 1...(try shared.rehearse(order).syncs) {
                var failing = shared
                failing.faults = .on(.sync, sync, .error(.inputOutput))
                let run = try failing.explore(order)
                #expect(run.report.isClean, "\(order), sync \(sync) fails: \(run.report)")
                #expect(run.hasStruck, "\(order), sync \(sync)")
                states += run.report.statistics.states
            }
        }
        print("crash: a segment is sealed before one of 2 has synced, and a sync fails: \(states) states")
    }

    /// What the one who seals does not sync is lost to a reader of the next segment.
    @Test func theSyncOfTheSealedSegmentIsNotLeftOutUnnoticed() throws {
        var shared = Self.shared(2, further: 0)
        let order = try #require(Self.orders(shared).first)
        let events = try shared.rehearse(order).events
        let seal = try #require(events.firstIndex { $0.operation == .truncate })
        let sync = try #require(
            events[seal...].firstIndex { $0.operation == .sync && $0.process == events[seal].process }
        )
        #expect(events[sync].name == events[seal].name)
        shared.faults = .on(.sync, events[...sync].count { $0.operation == .sync }, .lyingSync)
        let run = try shared.explore(order)
        #expect(run.hasStruck && !run.report.isClean)
    }
}
