/// One cell taking one value.
package struct CellEffect: Hashable, Sendable {
    package var cell: Int32
    package var value: Int64
}

/// What one seam operation did to the disk, before any persistence model is applied to it.
///
/// The recorder writes events; ``PersistenceOrder`` turns them into micro-operations under a model, so that one
/// recording can be judged under every model.
package struct DiskEvent: Hashable, Sendable {
    package enum Kind: UInt8, Sendable {
        case create, link, unlink, rename, write, truncate, allocate, attribute
        case syncFile, syncDirectory, acknowledge
    }

    /// How a sync ended.
    package enum Outcome: UInt8, Sendable {
        /// It returned and did its work.
        case returned
        /// It reported an error; what it covered may or may not reach the disk, ever.
        case failed
        /// It reported success and did nothing.
        case lied
    }

    package var kind: Kind
    /// Which seam operation of the run this belongs to, counted from 1.
    package var operation: Int32
    /// The inode acted on.
    package var inode: Int64
    /// The inode that lost its name to a rename; 0 when none did.
    package var replaced: Int64 = 0
    package var level: SyncLevel = .full
    package var outcome: Outcome = .returned
    /// The file's length before a write, truncate or allocate.
    package var sizeBefore: Int64 = 0
    /// Where this event's effects lie in ``EffectLog/effects``.
    package var first: Int32
    package var count: Int32 = 0
}

/// The record of one run: events and their effects, in program order.
package struct EffectLog: Hashable, Sendable {
    package var events: [DiskEvent] = []
    package var effects: [CellEffect] = []
    /// The attributes inodes were born with. They come with the inode and are never torn from it.
    package var births: [CellEffect] = []

    /// What an event did.
    package func effects(of event: DiskEvent) -> ArraySlice<CellEffect> {
        effects[Int(event.first)..<Int(event.first + event.count)]
    }

    mutating func begin(_ kind: DiskEvent.Kind, _ operation: Int, _ inode: Int64) {
        events.append(
            DiskEvent(kind: kind, operation: Int32(operation), inode: inode, first: Int32(effects.count))
        )
    }

    mutating func effect(_ cell: Int, _ value: Int64) {
        effects.append(CellEffect(cell: Int32(cell), value: value))
        events[events.count - 1].count += 1
    }

    mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        effects.removeAll(keepingCapacity: true)
        births.removeAll(keepingCapacity: true)
    }
}
