internal import Canonical
internal import FileSystemSeam
internal import LockKit
internal import PlatformProfile

/// One append, from taking the lock to releasing it; again when something has to be prepared without the lock.
///
/// Other tools wait half a second for the lock and then append without it, which gives numbers twice. Under the lock
/// therefore is only what is known to be short: counting many lines and copying a torn tail are done outside, and
/// confirmed inside; a long tail is cut off in several holds.
///
/// What happens when nothing is amiss and the handle has appended before, as `strace` prints it for a directory held
/// as 5, events as 6, the lock file as 7 and the counter as 8:
///
/// ```
/// flock(7, LOCK_EX)                                       = 0
/// fstatat(5, "events.jsonl.lock")                              it is what stands at its name
/// fstat(5)                                                     no name changed: so are the events and the counter
/// statx(6)                                                     the events end with the handle's own line
/// write(6, …)                                                  all lines at once, at the end (O_APPEND)
/// pwrite64(8, …, 16, 0)                                   = 16
/// flock(7, LOCK_UN)
/// ```
///
/// When a name in the directory changed, or did so a moment ago, events and counter are looked at by their names, and
/// what does not stand there is opened there. When the last line is somebody else's, the last two lines are read, which
/// carry their numbers, and the counter.
struct LockedAppend {
    let events: EncodedEvents
    /// A torn tail that was copied and may be cut off.
    var copy: TailCopy?
    /// Where the lines begin that a failed write left whole.
    private(set) var stayedFrom: Int64?
    /// The tail that was cut off, or the end of it: another writer may have cut off the rest.
    private var quarantined: QuarantinedTail?

    /// More bytes than this are not counted while holding the lock, nor more lines: a mebibyte may be tens of thousands of
    /// lines that are no events, of which each takes more than half a microsecond.
    private static let (countedMaximum, countedLineMaximum) = (Int64(1 << 20), 10_000)

    init(_ events: EncodedEvents) { self.events = events }

    /// How an attempt ended.
    enum Outcome {
        case written(AppendReceipt, OpenEvents)
        /// The events have to be made first, or named anew because they are empty, and their name made durable.
        case missing
        /// The lines up to this size have to be counted first.
        case uncounted(OpenEvents, size: Int64)
        /// What stands behind the last whole line has to be copied first.
        case torn(OpenEvents, size: Int64)
        /// A part of it was cut off; the rest needs the lock again.
        case shortened
    }

    /// Takes the lock and appends, or says what has to be prepared before.
    ///
    /// - Throws: `.lockBusy`; `.lineTooLong`, `.batchTooLong`, `.numbersExhausted`, and then nothing was written;
    ///   `.io`; `.partlyAppended`.
    mutating func run(
        _ log: inout OpenLog,
        _ options: SessionLogOptions,
        _ platform: PlatformAdmission,
        timeout: Duration
    ) throws(LockedAppendError) -> Outcome {
        let held: LockGuard
        do throws(LockError) {
            held = try log.lock.lock(.exclusive, timeout: timeout)
        } catch {
            throw .lock(error)
        }
        let outcome: Outcome
        do throws(EventLogError) {
            if !log.isConfirmed {
                try platform.admit(log.directory, writing: true)
                log.isConfirmed = true
            }
            outcome = try append(to: &log, options)
        } catch {
            throw .log(error)
        }
        held.release()
        return outcome
    }

    private mutating func append(
        to log: inout OpenLog,
        _ options: SessionLogOptions
    ) throws(EventLogError) -> Outcome {
        // With a durability their name has to be on stable storage before anything is in them.
        guard case (let opened, var size)? = try log.openEvents(creating: options.durability == .none) else {
            return .missing
        }
        do throws(FileSystemError) {
            if let copy, let rest = try copy.cutEnd(of: opened, size: size) {
                quarantined = copy.tail
                if rest > copy.tail.byteOffset { return .shortened }
                size = rest
            }
        } catch {
            throw .io(error, file: LogFiles.events)
        }
        copy = nil
        // The name of events that are still empty, or again, may be one that a sync failed for.
        if size == 0, options.durability != .none, events.count > 0, opened.identity != log.making.made {
            return .missing
        }

        let next: UInt64?
        do throws(FileSystemError) {
            // Behind our own last line nobody gave a number.
            if log.hasCounter, let last = log.last, last.isLast(size: size) {
                next = last.number + 1
            } else {
                guard case .whole(let lastNumber, let isCountedOn) = try EventsTail(of: opened.file, size: size) else {
                    // One wrong bit on the way from the disk takes a line feed away.
                    if try EventsTail(of: opened.file, size: size) != .torn { throw EventsTail.misread }
                    return .torn(opened, size: size)
                }
                var record: CounterRecord?
                if size == 0 { log.openCounter() } else { record = log.readCounter() }
                let trusted = Self.trusted(record, size: size, lastNumber: isCountedOn ? lastNumber : nil)
                log.noteCounter(isProven: record != nil && trusted != nil)
                if let trusted,
                    log.highestGiven.map({ $0 < trusted }) ?? true
                {
                    next = trusted
                } else if size - log.tally.byteOffset <= Self.countedMaximum {
                    if try log.tally.advance(over: opened.file, to: size, lineMaximum: Self.countedLineMaximum) {
                        return .uncounted(opened, size: size)
                    }
                    // The last byte was a line feed a moment ago.
                    if log.tally.byteOffset != size { throw EventsTail.misread }
                    next = log.tally.nextNumber
                } else {
                    return .uncounted(opened, size: size)
                }
                if options.durability != .none, events.count > 0 { try log.renewEnd(of: opened, size: size) }
            }
        } catch {
            throw .io(error, file: LogFiles.events)
        }
        return .written(try write(to: &log, options, opened, size: size, next: next), opened)
    }

    /// The number that the counter gives, when it proves itself.
    private static func trusted(_ record: CounterRecord?, size: Int64, lastNumber: UInt64?) -> UInt64? {
        if size == 0 { return 0 }
        guard let record, record.size == UInt64(size), let lastNumber, record.count > 0 else { return nil }
        return record.count - 1 == lastNumber ? record.count : nil
    }

    private mutating func write(
        to log: inout OpenLog,
        _ options: SessionLogOptions,
        _ opened: OpenEvents,
        size: Int64,
        next: UInt64?
    ) throws(EventLogError) -> AppendReceipt {
        let next = events.count == 0 ? next ?? .max : next
        guard let next, UInt64.max - next >= UInt64(events.count) else { throw .numbersExhausted(path: log.path) }
        let numbers = next..<(next + UInt64(events.count))
        let bytes = try events.numbered(from: next, options)
        do throws(FileSystemError) {
            if !bytes.isEmpty, try opened.file.append(bytes.span) < bytes.count {
                // The next byte would not have found room, on the disk or within a quota or a limit. To try which would
                // do: at a limit on the size of files a process is killed.
                throw FileSystemError(operation: .append, name: LogFiles.events, code: .noSpace)
            }
        } catch {
            log.last = nil
            let stayed = UInt64(Self.withdraw(bytes, from: opened.file, size: size))
            guard stayed > 0 else { throw .io(error, file: LogFiles.events) }
            log.highestGiven = max(log.highestGiven ?? 0, next + stayed - 1)
            stayedFrom = size
            throw .partlyAppended(path: log.path, sequenceNumbers: next..<(next + stayed), error)
        }
        let end = size + Int64(bytes.count)
        let record = CounterRecord(count: numbers.upperBound, size: UInt64(end))
        let isCounterWritten = log.writeCounter(record)
        if let number = numbers.last {
            log.last = WrittenLine(number: number, end: end)
            log.highestGiven = max(log.highestGiven ?? number, number)
        }
        return AppendReceipt(
            sequenceNumbers: numbers,
            byteRange: size..<end,
            isCounterWritten: isCounterWritten,
            quarantined: quarantined
        )
    }

    /// Cuts off the line that a failed write may have left unfinished, when nobody appended behind it. Whole lines
    /// stay: who reads may have seen them. What cannot be cut off is a torn tail, which the next append moves away.
    ///
    /// - Returns: how many whole lines stand there; 0 also when that cannot be told.
    private static func withdraw(_ bytes: [UInt8], from file: any File, size: Int64) -> Int {
        guard let now = try? file.extent().size, now > size else { return 0 }
        let written = Int(min(now - size, Int64(bytes.count)))
        guard let found = try? file.read(exactly: written, at: size), found.elementsEqual(bytes[..<written]) else {
            return 0
        }
        let lineFeed = UInt8(ascii: "\n")
        let whole = found.span.lastIndex(of: lineFeed, before: written).map { $0 + 1 } ?? 0
        if whole < written { try? file.truncate(to: size + Int64(whole)) }
        return found[..<whole].count { $0 == lineFeed }
    }
}

/// Why an attempt failed.
enum LockedAppendError: Error {
    /// At the lock: the caller knows how long was waited in all, and what else to try.
    case lock(LockError)
    /// Behind it.
    case log(EventLogError)
}
