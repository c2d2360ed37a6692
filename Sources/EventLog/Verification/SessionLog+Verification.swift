public import FileSystemSeam
public import Signing

extension SessionLog {
    /// Checks every line, every number, the counter and the seal.
    ///
    /// Takes no lock and writes nothing. While others append, the counter may be found not to fit for a moment, and the
    /// last line to be unfinished: both are warnings.
    ///
    /// - Parameters:
    ///   - keys: whose seals are trusted; with any, a seal must be there and signed by one of them.
    ///   - problemMaximum: how many failures and how many warnings are listed at most; all are counted.
    ///   - progress: told how many bytes are done.
    /// - Throws: `.notALog`, `.io`.
    /// - Complexity: O(*n*); memory grows with the number of gaps only.
    public func verify(
        trusting keys: [VerifyingKey] = [],
        problemMaximum: Int = 1000,
        progress: WorkProgress.Handler? = nil
    ) throws(EventLogError) -> LogVerification {
        var report = VerificationReporter(problemMaximum: problemMaximum)
        let directory = try fileSystem.openSession(path)
        let opened = try directory?.openEvents(in: path)
        if let directory, let opened {
            report.note(counter: try counterProblem(opened.file, directory))
            try audit(opened.file, size: opened.status.size, &report, progress)
        }
        try checkSeal(directory, opened?.file, keys, &report)
        return report.verification
    }

    private func audit(
        _ file: any File,
        size: Int64,
        _ report: inout VerificationReporter,
        _ progress: WorkProgress.Handler?
    ) throws(EventLogError) {
        var numbers = NumberAudit()
        var lines = LineReader(file)
        var parser = EventParser()
        do throws(FileSystemError) {
            while let line = try lines.next() {
                let entry = LogEntry(line, &parser)
                report.note(entry)
                if case .event(let event) = entry, let problem = numbers.note(event) { report.fail(problem) }
                if line.ending == .endOfFile { break }
                if line.number.isMultiple(of: 256) {
                    let done = UInt64(lines.byteOffset)
                    progress?(WorkProgress(completed: done, total: max(done, UInt64(size))))
                }
            }
        } catch {
            throw .io(error, file: LogFiles.events)
        }
        for gap in numbers.gaps { report.fail(gap) }
    }

    /// What is wrong with the counter; nil when it fits, or there is nothing to count.
    private func counterProblem(_ file: any File, _ directory: any Directory) throws(EventLogError) -> LogProblem? {
        let size: Int64
        let bytes: [UInt8]
        let tail: EventsTail
        do throws(FileSystemError) {
            bytes = try directory.readFile(LogFiles.counter, maximumBytes: 64)
            size = try file.status().size
            tail = try EventsTail(of: file, size: size)
        } catch  where error.code == .noEntry {
            return LogProblem(.counter, "\(LogFiles.counter) is not there; the next append counts the lines")
        } catch {
            return LogProblem(.counter, "\(LogFiles.counter) cannot be read: \(error.code)")
        }
        guard let record = CounterRecord(parsing: bytes) else {
            return LogProblem(.counter, "\(LogFiles.counter) has \(bytes.count) bytes instead of 16")
        }
        if record.size != UInt64(size) {
            return LogProblem(.counter, "\(LogFiles.counter) is for \(record.size) bytes of events, not for \(size)")
        }
        if case .whole(let lastNumber) = tail, size > 0, record.count == 0 || record.count - 1 != lastNumber {
            let last = lastNumber.map { "carries \($0)" } ?? "carries no number"
            return LogProblem(
                .counter,
                "\(LogFiles.counter) says that \(record.count) is next, but the last line \(last)"
            )
        }
        return nil
    }

    private func checkSeal(
        _ directory: (any Directory)?,
        _ file: (any File)?,
        _ keys: [VerifyingKey],
        _ report: inout VerificationReporter
    ) throws(EventLogError) {
        let seal: EventSeal?
        do throws(EventLogError) {
            if let directory { seal = try readSeal(in: directory) } else { seal = nil }
        } catch {
            guard case .malformedSeal(_, let reason) = error else { throw error }
            report.fail(LogProblem(.malformedSeal, "\(LogFiles.seal) cannot be read: \(reason)"))
            return
        }
        guard let seal else {
            if !keys.isEmpty { report.fail(LogProblem(.sealUntrusted, "there is no seal")) }
            return
        }
        report.verification.seal = seal
        if seal.signature != nil, !seal.hasValidSignature {
            report.fail(LogProblem(.sealSignature, "the signature is not one of the key that the seal names"))
        } else if !keys.isEmpty, !keys.contains(where: { $0.base64URL == seal.publicKey }) {
            let signer = seal.publicKey.map { "by \($0)" } ?? "by nobody"
            report.fail(LogProblem(.sealUntrusted, "the seal is signed \(signer), which is not trusted"))
        }
        guard let file else {
            report.fail(LogProblem(.sealBroken, "\(seal.byteCount) bytes were sealed, and there are no events"))
            return
        }
        do throws(FileSystemError) {
            if let complaint = try seal.complaint(about: file) {
                report.fail(LogProblem(.sealBroken, complaint))
                return
            }
            let later = try file.status().size - seal.byteCount
            if later > 0 {
                report.warn(LogProblem(.unsealedEvents, "\(later) bytes were appended after the log was sealed"))
            }
        } catch {
            throw .io(error, file: LogFiles.events)
        }
    }
}

/// Collects what a verification finds.
struct VerificationReporter {
    var verification = LogVerification()
    private var tally = Tally()
    private let problemMaximum: Int

    init(problemMaximum: Int) { self.problemMaximum = problemMaximum }

    mutating func fail(_ problem: LogProblem) {
        verification.failureCount += 1
        if verification.failures.count < problemMaximum { verification.failures.append(problem) }
    }

    mutating func warn(_ problem: LogProblem) {
        if verification.warnings.count < problemMaximum { verification.warnings.append(problem) }
    }

    mutating func note(counter problem: LogProblem?) { if let problem { warn(problem) } }

    /// Counts a line, and notes what is wrong with it by itself.
    mutating func note(_ entry: LogEntry) {
        switch entry {
        case .event(let event):
            tally.count(event.sequenceNumber, upTo: event.byteOffset + Int64(event.bytes.count) + 1)
        case .skipped(let line):
            let problem = { (kind: LogProblem.Kind) in
                LogProblem(kind, line: line.line, byteOffset: line.byteOffset, "\(line.reason)")
            }
            switch line.reason {
            case .blank: warn(problem(.blankLine))
            case .malformed, .tooLong: fail(problem(.malformedLine))
            case .unfinished: warn(problem(.tornTail))
            }
            if line.reason != .unfinished { tally.count(nil, upTo: line.byteOffset + line.byteCount) }
            verification.size.byteCount = line.byteOffset + line.byteCount
        }
        verification.size.eventCount = tally.eventCount
        verification.size.lineCount = tally.lineCount
        verification.size.nextSequenceNumber = tally.nextNumber
        verification.size.byteCount = max(verification.size.byteCount, tally.byteOffset)
    }
}
