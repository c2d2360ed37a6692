public import FileSystemSeam
public import Signing

extension SessionLog {
    /// Checks every line, every number, the counter and the seal.
    ///
    /// Takes no lock and writes nothing. It ends where the log ended when the lines were begun with. While others append,
    /// the counter may be found not to fit for a moment, and the last line to be unfinished: both are warnings.
    ///
    /// - Parameters:
    ///   - keys: whose seals are trusted; with any, a seal must be there and signed by one of them.
    ///   - problemMaximum: how many of the failures and of the warnings that concern single lines are listed at most;
    ///     all are counted, and what concerns the whole, or the end, is always listed.
    ///   - progress: told how many bytes are done.
    /// - Throws: `.notALog`, `.io`.
    /// - Complexity: O(*n*); memory grows with the number of gaps only.
    public func verify(
        trusting keys: [VerifyingKey] = [],
        problemMaximum: Int = 1000,
        progress: WorkProgress.Handler? = nil
    ) throws(EventLogError) -> LogVerification {
        var report = VerificationReporter(problemMaximum: problemMaximum)
        let directory = try standing()
        let opened = try directory?.openEvents(in: path)
        let seal = report.seal(in: directory, path: path, trusting: keys)
        var size: Int64 = 0
        if let directory, let opened {
            report.note(counter: try counterProblem(opened.file, directory))
            // After the seal was read: what it covers is there by now.
            size = try Self.size(of: opened.file)
            try audit(opened.file, size: size, seal, &report, progress)
        } else if let directory {
            report.note(counter: Self.missingEvents(directory))
        }
        try checkSeal(seal, opened?.file, size: size, &report)
        return report.report
    }

    private static func size(of file: any File) throws(EventLogError) -> Int64 {
        do throws(FileSystemError) {
            return try file.extent().size
        } catch {
            throw .io(error, file: LogFiles.events)
        }
    }

    private func audit(
        _ file: any File,
        size: Int64,
        _ seal: EventSeal?,
        _ report: inout VerificationReporter,
        _ progress: WorkProgress.Handler?
    ) throws(EventLogError) {
        var numbers = NumberAudit()
        var lines = LineReader(file, limit: size)
        var parser = EventParser()
        do throws(FileSystemError) {
            while let line = try lines.next() {
                let entry = LogEntry(line, &parser)
                report.note(entry)
                if case .event(let event) = entry, let problem = numbers.note(event) { report.fail(line: problem) }
                if line.ending == .endOfFile { break }
                if let seal, lines.byteOffset == seal.byteCount { report.noteSealed() }
                if line.number.isMultiple(of: 256) {
                    let done = UInt64(lines.byteOffset)
                    progress?(WorkProgress(completed: done, total: UInt64(size)))
                }
            }
        } catch {
            throw .io(error, file: LogFiles.events)
        }
        numbers.finish { report.fail(line: $0) }
        numbers.forEachGap { report.fail(line: $0()) }
    }

    /// What is wrong with the counter; nil when it fits, or there is nothing to count.
    ///
    /// - Throws: `.io` when it is the events that cannot be read.
    private func counterProblem(_ file: any File, _ directory: any Directory) throws(EventLogError) -> LogProblem? {
        let bytes: [UInt8]
        do throws(FileSystemError) {
            bytes = try directory.readFile(LogFiles.counter, maximumBytes: CounterRecord.byteCount)
        } catch  where error.code == .noEntry {
            return LogProblem(.counter, "\(LogFiles.counter) is not there; the next append counts the lines")
        } catch  where error.code == .fileTooLarge {
            return LogProblem(.counter, Self.stranger(inPlaceOfCounter: directory))
        } catch {
            if let stranger = directory.stranger(at: LogFiles.counter) {
                return LogProblem(.counter, "\(LogFiles.counter) is no file: \(stranger), and no append can write it")
            }
            return LogProblem(.counter, "\(LogFiles.counter) cannot be read: \(error.code)")
        }
        let (size, tail) = try Self.end(of: file)
        guard let record = CounterRecord(parsing: bytes) else {
            return LogProblem(.counter, "\(LogFiles.counter) has \(bytes.count) bytes instead of 16")
        }
        if record.size > UInt64(size) {
            let missing = record.size - UInt64(size)
            return LogProblem(
                .counter,
                "\(LogFiles.counter) is for \(record.size) bytes of events, and \(missing) of them are not there: they "
                    + "were cut off, or lost with the power"
            )
        }
        if record.size != UInt64(size) {
            return LogProblem(.counter, "\(LogFiles.counter) is for \(record.size) bytes of events, not for \(size)")
        }
        if case .whole(let lastNumber, _) = tail, size > 0, record.count == 0 || record.count - 1 != lastNumber {
            let last = lastNumber.map { "carries \($0)" } ?? "carries no number"
            return LogProblem(
                .counter,
                "\(LogFiles.counter) says that \(record.count) is next, but the last line \(last)"
            )
        }
        return nil
    }

    /// What is said of a file in the counter's place that is longer than a counter, and so is none.
    private static func stranger(inPlaceOfCounter directory: any Directory) -> String {
        guard let status = try? directory.status(of: LogFiles.counter) else {
            return "\(LogFiles.counter) is no counter"
        }
        if status.linkCount > 1 {
            let names = [LogFiles.events, LogFiles.seal, LogFiles.lock]
            let other = names.first { (try? directory.extent(of: $0).identity) == status.identity } ?? "some file"
            return "\(LogFiles.counter) is another name of \(other), and no counter; the next append removes the name"
        }
        let (found, right) = (status.size, CounterRecord.byteCount)
        return "\(LogFiles.counter) has \(found) bytes instead of \(right); the next append renames it"
    }

    /// How long the events are, and how they end.
    private static func end(of file: any File) throws(EventLogError) -> (size: Int64, tail: EventsTail) {
        do throws(FileSystemError) {
            var size = try file.extent().size
            while true {
                do throws(FileSystemError) {
                    return (size, try EventsTail(of: file, size: size))
                } catch {
                    // Where a torn tail was moved away in between they end elsewhere now.
                    let now = try file.extent().size
                    if error.code != .staleHandle || now == size { throw error }
                    size = now
                }
            }
        } catch {
            throw .io(error, file: LogFiles.events)
        }
    }

    /// What a counter says when there are no events; nil when there is none, or none were counted.
    private static func missingEvents(_ directory: any Directory) -> LogProblem? {
        guard let bytes = try? directory.readFile(LogFiles.counter, maximumBytes: 64),
            let record = CounterRecord(parsing: bytes), record.count > 0
        else { return nil }
        return LogProblem(
            .counter,
            "\(LogFiles.counter) is for \(record.size) bytes of events, and \(LogFiles.events) is not there"
        )
    }

    private func checkSeal(
        _ seal: EventSeal?,
        _ file: (any File)?,
        size: Int64,
        _ report: inout VerificationReporter
    ) throws(EventLogError) {
        guard let seal else { return }
        guard let file else {
            report.fail(whole: LogProblem(.sealBroken, "\(seal.byteCount) bytes were sealed, and there are no events"))
            return
        }
        do throws(FileSystemError) {
            if let complaint = try seal.complaint(about: file, size: size) ?? report.complaint(about: seal) {
                report.fail(whole: LogProblem(.sealBroken, complaint))
                return
            }
            let later = size - seal.byteCount
            if later > 0 {
                report.warn(whole: LogProblem(.unsealedEvents, "\(later) bytes were appended after the log was sealed"))
            }
        } catch {
            throw .io(error, file: LogFiles.events)
        }
    }
}
