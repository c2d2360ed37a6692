/// Finds the word that was probably meant.
package enum EditDistance {
    /// The insertions, deletions, replacements and swaps of neighbours that lead from one word to the other
    /// (optimal string alignment).
    ///
    /// - Complexity: O(*n* · *m*).
    package static func between(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, leftByte) in left.enumerated() {
            var current = [row + 1]
            for (column, rightByte) in right.enumerated() {
                let replaced = last[column] + (leftByte == rightByte ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                let isSwap =
                    row > 0 && column > 0 && leftByte == right[column - 1] && left[row - 1] == rightByte
                if isSwap { best = min(best, beforeLast[column - 1] + 1) }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }

    /// The candidate closest to `word`, when one is close enough: a third of the longer word, at most three.
    /// A candidate that `word` begins counts as close.
    package static func suggestion(for word: String, among candidates: [String]) -> String? {
        // Long words are not typing errors, and the work is quadratic.
        guard !word.isEmpty, word.utf8.count <= 64 else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let limit = min(3, max(1, max(candidate.utf8.count, word.utf8.count) / 3))
            let isStart = word.utf8.count >= 3 && candidate.utf8.starts(with: word.utf8)
            let distance = isStart ? 1 : between(word, candidate)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }
}
