/// Which numbers were seen, in as many ranges as there are gaps: one, when all is well.
struct NumberAudit {
    private struct Run {
        var numbers: ClosedRange<UInt64>
        /// Where the first of them stands.
        var line: UInt64
        var byteOffset: Int64
    }

    private var runs: [Run] = []
    /// Numbers that came out of order and too far from the end: they are put in their places at the end, at once.
    private var stragglers: [Run] = []
    private var previous: UInt64?

    /// Out of order numbers are put in their places as long as no more runs than this have to give way.
    private static let insertionMaximum = 1024

    /// Notes a number.
    ///
    /// - Returns: what is wrong with it, if anything; gaps, and some duplicates, can be told only at the end.
    /// - Complexity: O(1) for the number after the last one, O(log *n*) in the number of gaps for any other.
    mutating func note(_ event: StoredEvent) -> LogProblem? {
        let number = event.sequenceNumber
        defer { previous = number }
        let run = Run(numbers: number...number, line: event.line, byteOffset: event.byteOffset)
        // Nearly always the number after the last one.
        guard let last = runs.indices.last, runs[last].numbers.upperBound >= number else {
            if let last = runs.indices.last, runs[last].numbers.upperBound + 1 == number {
                runs[last].numbers = runs[last].numbers.lowerBound...number
            } else {
                runs.append(run)
            }
            return previousIsHigher(than: number, event)
        }
        let place = firstRun(reaching: number)
        if runs[place].numbers.contains(number) { return Self.duplicate(run, "an earlier") }
        if runs.count - place > Self.insertionMaximum {
            stragglers.append(run)
        } else {
            runs.insert(run, at: place)
            join(at: place)
        }
        return previousIsHigher(than: number, event)
    }

    /// The first run that ends at or behind a number; there is one.
    private func firstRun(reaching number: UInt64) -> Int {
        var (low, high) = (0, runs.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].numbers.upperBound >= number { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Puts the stragglers in their places.
    ///
    /// - Parameter found: told of each that stands twice.
    /// - Complexity: O(*n* log *n*) in their number.
    mutating func finish(_ found: (LogProblem) -> Void) {
        let late = stragglers.sorted { ($0.numbers.lowerBound, $0.line) < ($1.numbers.lowerBound, $1.line) }
        stragglers = []
        let early = runs
        runs = []
        var (left, right) = (0, 0)
        while left < early.count || right < late.count {
            let isEarly =
                right == late.count
                || left < early.count && early[left].numbers.lowerBound <= late[right].numbers.lowerBound
            let next = isEarly ? early[left] : late[right]
            if isEarly { left += 1 } else { right += 1 }
            if let last = runs.last, last.numbers.contains(next.numbers.lowerBound) {
                found(Self.duplicate(next, "another"))
            } else {
                runs.append(next)
                join(at: runs.count - 1)
            }
        }
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

    private static func duplicate(_ run: Run, _ other: String) -> LogProblem {
        let number = run.numbers.lowerBound
        return LogProblem(
            .duplicate,
            line: run.line,
            byteOffset: run.byteOffset,
            sequenceNumber: number,
            "the number \(number) stands on \(other) line too"
        )
    }

    /// Tells of the numbers that are missing, from 0 on. Call ``finish(_:)`` before.
    func forEachGap(_ body: (_ gap: @autoclosure () -> LogProblem) -> Void) {
        var expected: UInt64 = 0
        for run in runs {
            if run.numbers.lowerBound > expected { body(Self.gap(from: expected, to: run)) }
            if run.numbers.upperBound == .max { break }
            expected = run.numbers.upperBound + 1
        }
    }

    private static func gap(from expected: UInt64, to run: Run) -> LogProblem {
        let first = run.numbers.lowerBound
        let missing =
            first - expected == 1
            ? "the number \(expected) is missing" : "the numbers \(expected) to \(first - 1) are missing"
        return LogProblem(.gap, line: run.line, byteOffset: run.byteOffset, sequenceNumber: expected, missing)
    }
}
