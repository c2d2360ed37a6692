internal import FileSystemSeam

/// A keyset in memory: what checkpoint and journal say together.
struct Keyset: Sendable {
    var header: KeysetHeader
    var pending: PendingShred?
    private(set) var entries: [KeyEntry] = []
    private(set) var byID: [KeyID: Int] = [:]
    /// The newest entry of each scope.
    private(set) var newest: [ScopeTag: Int] = [:]

    /// Journal records over all generations, up to now.
    var sequence: UInt64
    /// Code of the journal's last record.
    var lastCode = [UInt8](repeating: 0, count: JournalRecord.codeLength)
    /// Bytes of the journal that were applied; the file has more of them with a torn end.
    var journalBytes = 0
    /// Whether the journal says that the checkpoint's name is durable.
    var isPublished = false
    /// Whether this process made sure that the journal's last record is durable. All before it are: nobody appends
    /// before having made sure of the last one.
    var isTailConfirmed = false
    /// What stood on the disk last, while what is in memory is ahead of it; else nil.
    private var standing: KeysetHistory?

    let ring: KeyRing
    /// SHA-256 of the checkpoint without itself, as it stands at its end.
    let digest: [UInt8]
    /// Held open, so that its inode number is not given to another file; so is the journal.
    let checkpoint: any File
    let identity: FileIdentity
    let journal: any File
    let journalName: String
    let journalIdentity: FileIdentity

    init(
        _ header: KeysetHeader,
        pending: PendingShred?,
        ring: KeyRing,
        digest: [UInt8],
        checkpoint: any File,
        identity: FileIdentity,
        journal: any File,
        journalIdentity: FileIdentity
    ) {
        self.header = header
        self.pending = pending
        self.ring = ring
        self.digest = digest
        self.checkpoint = checkpoint
        self.identity = identity
        self.journal = journal
        journalName = header.journalName
        self.journalIdentity = journalIdentity
        sequence = header.sequence
    }

    /// What is said on the disk, as far as it was read or written here.
    var historyOnDisk: KeysetHistory { standing ?? history }

    /// Called before something is applied that a new checkpoint is to say, and nothing does yet.
    mutating func goAhead() { standing = historyOnDisk }

    var position: KeysetPosition { KeysetPosition(generation: header.generation, sequence: sequence) }

    /// Where the journal's next record stands.
    var nextPlace: JournalRecord.Place {
        JournalRecord.Place(
            store: header.store,
            generation: header.generation,
            sequence: sequence + 1,
            journalID: header.journalID,
            previousCode: lastCode
        )
    }

    /// The scope's key that boxes are sealed with; nil when it has none.
    func current(_ tag: ScopeTag) -> KeyEntry? {
        guard let index = newest[tag], entries[index].state == .current else { return nil }
        return entries[index]
    }

    func entry(_ id: KeyID) -> KeyEntry? { byID[id].map { entries[$0] } }

    /// Where an entry stands in the order in which keys were made.
    func isLast(_ id: KeyID) -> Bool { byID[id] == entries.count - 1 }

    /// All entries of a scope, the newest first.
    func indices(of tag: ScopeTag) -> [Int] {
        var found: [Int] = []
        var next = newest[tag]
        while let index = next {
            found.append(index)
            next = entries[index].older
        }
        return found
    }

    /// The version a scope's next key gets.
    func nextVersion(_ tag: ScopeTag) -> UInt32 { newest[tag].map { entries[$0].version + 1 } ?? 1 }

    /// Takes over all entries of another.
    mutating func adoptEntries(of other: Keyset) {
        (entries, byID, newest) = (other.entries, other.byID, other.newest)
    }

    mutating func reserve(_ count: Int) {
        entries.reserveCapacity(count)
        byID.reserveCapacity(count)
        newest.reserveCapacity(count)
    }

    /// Adds an entry behind all others.
    ///
    /// - Returns: false when its id or version is there already.
    mutating func add(_ entry: KeyEntry) -> Bool {
        var entry = entry
        entry.older = newest[entry.tag]
        if let older = entry.older, entries[older].version >= entry.version { return false }
        guard byID.updateValue(entries.count, forKey: entry.id) == nil else { return false }
        newest[entry.tag] = entries.count
        entries.append(entry)
        return true
    }

    /// Applies what a record says. Keys that end are wiped from memory.
    ///
    /// - Returns: false when it does not fit what came before.
    mutating func apply(_ record: JournalRecord, keys: KeySlab) -> Bool {
        switch record {
        case .begun: return sequence == header.sequence
        case .published: isPublished = true
        case .minted(let entry): return current(entry.tag) == nil && add(entry)
        case .rotated(let entry):
            guard let index = newest[entry.tag], entries[index].state == .current else { return false }
            entries[index].state = .retired
            return add(entry)
        case .intended(let tag, let time, let reason):
            if pending != nil { return false }
            pending = PendingShred(tag: tag, time: time, reason: reason)
            condemn(tag, keys)
        case .earlierRootDestroyed: header.mayEarlierRootLive = false
        case .entombed(let tombstone):
            guard pending?.stage == .rewrapped, let tag = pending?.tag else { return false }
            pending?.stage = .entombed
            pending?.tombstone = tombstone
            for index in indices(of: tag) where entries[index].state == .destroying {
                entries[index].state = .destroyed
                entries[index].receipt = tombstone.receipt
            }
        case .receipted(let number, let digest):
            guard pending?.stage == .entombed, number == header.receiptCount + 1 else { return false }
            header.receiptCount = number
            header.lastReceipt = digest
            pending = nil
        }
        return true
    }

    /// Lets a key stand where it stands already, for those who hold it, and wipes the second copy.
    mutating func rehome(_ id: KeyID, at place: KeySlab.Place, _ keys: KeySlab) {
        guard let index = byID[id], entries[index].state.isLive, let copy = entries[index].place, copy != place else {
            return
        }
        keys.wipe(copy)
        entries[index].place = place
    }

    /// Makes a scope's keys unusable, and wipes them from memory.
    mutating func condemn(_ tag: ScopeTag, _ keys: KeySlab) {
        for index in indices(of: tag) where entries[index].state.isLive {
            entries[index].state = .destroying
            if let place = entries[index].place { keys.wipe(place) }
            entries[index].place = nil
        }
    }

    func close() {
        ring.close()
        try? journal.close()
        try? checkpoint.close()
    }
}
