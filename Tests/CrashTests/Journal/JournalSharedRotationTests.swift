import CrashTesting
import FileSystemSeam
import Journal
import Testing

/// A segment becomes full, and the next one is begun, while another process has written to the full one and not synced yet.
@Suite("A journal whose segment is sealed while others sync")
struct JournalSharedRotationTests {
    private static let isLong = SharedSync.isLong
    private static let models = isLong ? PersistenceModel.all : [.posixMinimal]

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

    /// How often a process sealed a segment to which another one had written, and which that one synced only afterwards.
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

    /// Orders in which that happens, found by trying them without power cuts.
    private static func orders(_ shared: SharedSync) throws -> [[[Int]]] {
        var orders: [[[Int]]] = []
        for first in 1...12 {
            for second in 1...12 {
                let order = Array([[first], [second], [first % 4 + 1]].prefix(shared.processCount))
                if sealsInFlight(try shared.rehearse(order).events) > 0 { orders.append(order) }
            }
        }
        return orders
    }

    @Test(arguments: models, [2, 3])
    func keepsItsWord(model: PersistenceModel, processCount: Int) throws {
        var states = 0
        var orderCount = 0
        for further in 0...2 {
            let shared = Self.shared(processCount, further: further, model: model)
            let orders = try Self.orders(shared)
            for order in Self.isLong ? orders : Array(orders.suffix(1)) {
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
}
