internal import Canonical

/// Which keys checkpoint and journal speak of, by what stands there without being wrapped.
///
/// Records of a destruction that the store's own reading would refuse as not following from those before them are refused
/// here, too, as far as that can be told without keys; and each takes the same time, however many keys its scope has: nobody vouches
/// for a journal that is looked at without the root key.
struct SeenKeys {
    private(set) var counts: [KeyRecord.State: Int] = [:]
    private var scopes: [ScopeTag: Scope] = [:]
    /// The destruction that is not finished: whose keys, and how far it came.
    private var pending: (tag: ScopeTag, stage: PendingShred.Stage)?

    /// How many keys of a scope are in each state that they can leave.
    private struct Scope {
        var current = 0
        var retired = 0
        var destroying = 0
    }

    /// - Parameter pending: what the checkpoint says of it; nil for nothing.
    init(_ pending: PendingShred?) { self.pending = pending.map { ($0.tag, $0.stage) } }

    /// Whether a destruction was decided and is not finished.
    var isPending: Bool { pending != nil }

    mutating func add(_ entry: KeyEntry) {
        counts[KeyRecord.State(entry.state), default: 0] += 1
        switch entry.state {
        case .current: scopes[entry.tag, default: Scope()].current += 1
        case .retired: scopes[entry.tag, default: Scope()].retired += 1
        case .destroying: scopes[entry.tag, default: Scope()].destroying += 1
        case .destroyed: break
        }
    }

    /// Applies the record at an offset.
    ///
    /// - Returns: why it makes no sense; nil when it does.
    /// - Complexity: O(1).
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
            if type == 4 { retire(entry.tag) }
            add(entry)
        case 5:
            if pending != nil { return "it decides a destruction while another one is not finished" }
            let tag = ScopeTag(reading: bytes, at: start)
            pending = (tag, .intended)
            condemn(tag)
        case 7:
            guard let (tag, stage) = pending, stage == .rewrapped else {
                return "it is the tombstone of a destruction that did not come so far"
            }
            pending?.stage = .entombed
            entomb(tag)
        case 8:
            var reader = ByteReader(bytes, at: start)
            let number: UInt64 = reader.integer()
            guard pending?.stage == .entombed, number > 0, number - 1 == survey.receiptCount else {
                return "it issues a receipt that does not follow"
            }
            pending = nil
            survey.receiptCount = number
            survey.position.lastReceipt = ReceiptReference(
                number: number,
                digest: Digest(algorithm: .sha256, bytes: reader.take(32))
            )
        default: return "it has the unknown type \(type); a newer program wrote it"
        }
        return nil
    }

    private mutating func retire(_ tag: ScopeTag) {
        guard var scope = scopes[tag] else { return }
        count(scope.current, from: .current, as: .retired)
        scope.retired += scope.current
        scope.current = 0
        scopes[tag] = scope
    }

    private mutating func condemn(_ tag: ScopeTag) {
        guard let scope = scopes[tag] else { return }
        count(scope.current, from: .current, as: .destroying)
        count(scope.retired, from: .retired, as: .destroying)
        scopes[tag] = Scope(destroying: scope.destroying + scope.current + scope.retired)
    }

    private mutating func entomb(_ tag: ScopeTag) {
        guard let scope = scopes[tag] else { return }
        count(scope.destroying, from: .destroying, as: .destroyed)
        scopes[tag]?.destroying = 0
    }

    /// Counts so many keys in another state than before.
    private mutating func count(_ number: Int, from old: KeyRecord.State, as new: KeyRecord.State) {
        if number == 0 { return }
        counts[old, default: 0] -= number
        counts[new, default: 0] += number
    }
}
