/// The tables of the exact audit, as tests look at them.
package enum KeyTableTrial {
    /// How many of so many different keys belong to each part.
    package static func spread(_ keyCount: Int, over partCount: UInt64) -> [Int] {
        let maker = IndexKeyMaker(journalID: "jrn_trial")
        return (0..<partCount).map { number in
            let part = KeyPart(number: number, count: partCount)
            return (0..<keyCount).count { part.holds(maker.key(.useID, "use_\($0)")) }
        }
    }

    /// Puts keys into a table, each as often as it is given, and gives how often each was put there.
    ///
    /// - Parameter keys: the two words of a key; those whose first words are near begin their search at the same place.
    package static func counts(_ keys: [(high: UInt64, low: UInt32)], capacity: Int) -> [UInt64] {
        var table = KeyTable(capacity: capacity)
        for key in keys {
            let (place, _) = table.place(of: IndexKey(high: key.high, low: key.low), number: 1)
            table[place] += 1
        }
        return keys.map { key in
            table.place(of: IndexKey(high: key.high, low: key.low)).map { table[$0] } ?? 0
        }
    }
}
