/// Which numbers were seen, in as many ranges as there are gaps: one, when all is well.
struct NumberAudit {
    private struct Run {
        var numbers: ClosedRange<UInt64>
        /// Where the first of them stands.
        var line: UInt64
        var byteOffset: Int64
    }

    private var runs: [Run] = []
    private var previous: UInt64?

    /// Notes a number.
    ///
    /// - Returns: what is wrong with it, if anything; gaps can be told only at the end.
    /// - Complexity: O(log *n*) in the number of gaps; O(*n*) for a number out of order.
    mutating func note(_ event: StoredEvent) -> LogProblem? {
        let number = event.sequenceNumber
        defer { previous = number }
        // Nearly always the number after the last one.
        if let last = runs.indices.last, runs[last].numbers.upperBound < number {
            if runs[last].numbers.upperBound + 1 == number {
                runs[last].numbers = runs[last].numbers.lowerBound...number
            } else {
                runs.append(Run(numbers: number...number, line: event.line, byteOffset: event.byteOffset))
            }
            return previousIsHigher(than: number, event)
        }
        let place = runs.firstIndex { $0.numbers.upperBound >= number } ?? runs.endIndex
        if place < runs.endIndex, runs[place].numbers.contains(number) {
            return problem(.duplicate, event, "the number \(number) stands on an earlier line too")
        }
        runs.insert(Run(numbers: number...number, line: event.line, byteOffset: event.byteOffset), at: place)
        join(at: place)
        return previousIsHigher(than: number, event)
    }

    private mutating func join(at place: Int) {
        if place + 1 < runs.count, runs[place].numbers.upperBound + 1 == runs[place + 1].numbers.lowerBound {
            runs[place].numbers = runs[place].numbers.lowerBound...runs[place + 1].numbers.upperBound
            runs.remove(at: place + 1)
        }
        if place > 0, runs[place - 1].numbers.upperBound + 1 == runs[place].numbers.lowerBound {
            runs[place - 1].numbers = runs[place - 1].numbers.lowerBound...runs[place].numbers.upperBound
            runs.remove(at: place)
        }
    }

    private func previousIsHigher(than number: UInt64, _ event: StoredEvent) -> LogProblem? {
        guard let previous, previous > number else { return nil }
        return problem(.outOfOrder, event, "the number \(number) follows \(previous)")
    }

    private func problem(_ kind: LogProblem.Kind, _ event: StoredEvent, _ message: String) -> LogProblem {
        LogProblem(
            kind,
            line: event.line,
            byteOffset: event.byteOffset,
            sequenceNumber: event.sequenceNumber,
            message
        )
    }

    /// The numbers that are missing, from 0 on.
    var gaps: [LogProblem] {
        var gaps: [LogProblem] = []
        var expected: UInt64 = 0
        for run in runs {
            let first = run.numbers.lowerBound
            if first > expected {
                let missing =
                    first - expected == 1
                    ? "the number \(expected) is missing" : "the numbers \(expected) to \(first - 1) are missing"
                gaps.append(
                    LogProblem(.gap, line: run.line, byteOffset: run.byteOffset, sequenceNumber: expected, missing)
                )
            }
            if run.numbers.upperBound == .max { break }
            expected = run.numbers.upperBound + 1
        }
        return gaps
    }
}
