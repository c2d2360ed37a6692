/// Keys that are not durable yet, in the order in which they were made; at most one a scope.
struct MintedKeys: Sendable {
    private(set) var entries: [KeyEntry] = []
    private var indices: [ScopeTag: Int] = [:]

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    var first: KeyEntry? { entries.first }

    /// The scope's key, if it is one of them.
    ///
    /// - Complexity: O(1).
    subscript(tag: ScopeTag) -> KeyEntry? { indices[tag].map { entries[$0] } }

    mutating func append(_ entry: KeyEntry) {
        indices[entry.tag] = entries.count
        entries.append(entry)
    }

    /// - Complexity: O(*n*): called for few.
    mutating func removeFirst() {
        let rest = entries.dropFirst()
        self = MintedKeys()
        for entry in rest { append(entry) }
    }

    /// Removes those for which `isMeant` is true, and gives them.
    ///
    /// - Complexity: O(*n*).
    mutating func remove(where isMeant: (KeyEntry) -> Bool) -> [KeyEntry] {
        let removed = entries.filter(isMeant)
        if removed.isEmpty { return [] }
        let rest = entries.filter { !isMeant($0) }
        self = MintedKeys()
        for entry in rest { append(entry) }
        return removed
    }

    mutating func removeAll() { self = MintedKeys() }
}
