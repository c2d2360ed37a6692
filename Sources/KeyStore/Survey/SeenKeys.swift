internal import Canonical

/// Which keys checkpoint and journal speak of, by what stands there without being wrapped.
struct SeenKeys {
    private(set) var counts: [KeyRecord.State: Int] = [:]
    private var states: [ScopeTag: [KeyRecord.State]] = [:]
    /// The scope whose destruction is not finished.
    private(set) var pending: ScopeTag?

    init(pending: ScopeTag?) { self.pending = pending }

    mutating func add(_ entry: KeyEntry) {
        let state = KeyRecord.State(entry.state)
        states[entry.tag, default: []].append(state)
        counts[state, default: 0] += 1
    }

    /// Applies the record at an offset.
    ///
    /// - Returns: why it makes no sense; nil when it does.
    mutating func apply(_ bytes: [UInt8], at offset: Int, _ survey: inout KeysetSurvey) -> String? {
        var reader = ByteReader(bytes, at: offset + JournalRecord.magic.count)
        let type: UInt32 = reader.integer()
        let start = offset + JournalRecord.payloadOffset
        switch type {
        case 1, 2, 6: return nil
        case 3, 4:
            guard let entry = KeyEntry(reading: bytes, at: start), entry.state == .current else {
                return "the entry makes no sense"
            }
            if type == 4 { change(entry.tag, [.current], to: .retired) }
            add(entry)
        case 5:
            let tag = ScopeTag(reading: bytes, at: start)
            pending = tag
            change(tag, [.current, .retired], to: .destroying)
        case 7:
            if let pending { change(pending, [.destroying], to: .destroyed) }
        case 8:
            pending = nil
            var reader = ByteReader(bytes, at: start)
            survey.receiptCount = reader.integer()
            survey.position.lastReceipt = ReceiptReference(
                number: survey.receiptCount,
                digest: Digest(algorithm: .sha256, bytes: reader.take(32))
            )
        default: return "it has the unknown type \(type); a newer program wrote it"
        }
        return nil
    }

    private mutating func change(_ tag: ScopeTag, _ from: Set<KeyRecord.State>, to state: KeyRecord.State) {
        for index in states[tag, default: []].indices {
            guard let old = states[tag]?[index], from.contains(old) else { continue }
            counts[old, default: 0] -= 1
            counts[state, default: 0] += 1
            states[tag]?[index] = state
        }
    }
}
