extension IndexEntry {
    /// Sorts entries by key and record.
    ///
    /// Keys are hashes, so that their high bits spread entries evenly over buckets, of which each is nearly sorted
    /// then.
    ///
    /// - Complexity: O(*n*) for keys that are spread evenly, O(*n* log *n*) for any.
    static func sort(_ entries: inout [IndexEntry]) {
        guard entries.count > 256 else { return entries.sort(by: <) }
        let bitCount = min(16, Int.bitWidth - (entries.count / 8).leadingZeroBitCount)
        let shift = UInt64(64 - bitCount)
        // Where each bucket begins, and then where its next entry goes.
        var places = [Int](repeating: 0, count: 1 << bitCount)
        for entry in entries { places[Int(entry.high &>> shift)] &+= 1 }
        var start = 0
        for bucket in places.indices {
            let count = places[bucket]
            places[bucket] = start
            start &+= count
        }
        var sorted = [IndexEntry](repeating: IndexEntry(high: 0, rest: 0), count: entries.count)
        for entry in entries {
            let bucket = Int(entry.high &>> shift)
            sorted[places[bucket]] = entry
            places[bucket] &+= 1
        }
        start = 0
        for end in places {
            sort(&sorted, start..<end)
            start = end
        }
        entries = sorted
    }

    /// Sorts a bucket.
    private static func sort(_ entries: inout [IndexEntry], _ range: Range<Int>) {
        guard range.count <= 32 else { return entries[range].sort(by: <) }
        for place in range.dropFirst() {
            let entry = entries[place]
            var gap = place
            while gap > range.lowerBound, entry < entries[gap &- 1] {
                entries[gap] = entries[gap &- 1]
                gap &-= 1
            }
            entries[gap] = entry
        }
    }
}
