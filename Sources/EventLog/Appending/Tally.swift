internal import FileSystemSeam

/// What a count of the lines found, up to some place in the events.
///
/// Every line counts that ends with a line feed, malformed and blank ones included: other writers count them too. The
/// next number is above every number that stands on a line, and at least the number of lines, so that no number is
/// ever given twice. Numbers count also on lines that are events for other tools only.
struct Tally: Sendable {
    /// The end of the last line that was counted.
    private(set) var byteOffset: Int64 = 0
    /// How many lines there are up to that place.
    private(set) var lineCount: UInt64 = 0
    /// How many of them are events.
    private(set) var eventCount: UInt64 = 0
    /// The highest number on any of them.
    private(set) var highest: UInt64?

    /// The number of the next event; nil when the highest of all was given.
    var nextNumber: UInt64? {
        guard let highest else { return lineCount }
        return highest == .max ? nil : max(lineCount, highest + 1)
    }

    /// The number that an append gives; nil when none is left. The highest of all is never given: the counter behind it
    /// would have no room for the next.
    var appendableNumber: UInt64? { nextNumber == .max ? nil : nextNumber }

    /// Counts on, up to the last line feed before `limit`.
    ///
    /// - Parameter lineMaximum: after so many lines it stops, and goes on from there the next time.
    /// - Returns: whether it stopped before the end for that.
    /// - Complexity: O(*n*) in the bytes that are new, in bounded memory. A short line that is no event may take as long
    ///   as one of some hundred bytes: where time is what has to be bounded, bytes and lines have to be.
    @discardableResult
    mutating func advance(
        over file: any File,
        to limit: Int64,
        lineMaximum: Int = .max
    ) throws(FileSystemError) -> Bool {
        var reader = LineReader(file, at: byteOffset, lineNumber: lineCount + 1, limit: limit)
        var parser = EventParser()
        var counted = 0
        while byteOffset < limit {
            if counted == lineMaximum { return true }
            guard let line = try reader.next(), line.ending != .endOfFile else { return false }
            counted += 1
            // Blank lines above all: to parse them, and to say what is wrong with them, took as long as events do.
            if line.bytes.count < EventParser.numberByteCountMinimum {
                count(nil, upTo: reader.byteOffset)
                continue
            }
            do throws(EventError) {
                count(try parser.outline(of: line.bytes).sequenceNumber, upTo: reader.byteOffset)
            } catch {
                count(nil, upTo: reader.byteOffset)
                note(numberOfOthers: EventParser.numberOfOthers(line.bytes))
            }
        }
        return false
    }

    /// Notes a number on a line that is an event for other tools only.
    mutating func note(numberOfOthers number: UInt64?) {
        if let number { highest = max(highest ?? number, number) }
    }

    /// Counts one line.
    ///
    /// - Parameters:
    ///   - number: what it carries; nil when it is no event.
    ///   - end: where it ends.
    mutating func count(_ number: UInt64?, upTo end: Int64) {
        lineCount += 1
        byteOffset = end
        guard let number else { return }
        eventCount += 1
        highest = max(highest ?? number, number)
    }
}
