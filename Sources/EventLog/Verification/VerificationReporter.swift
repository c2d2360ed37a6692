internal import FileSystemSeam
internal import Signing

/// Collects what a verification finds.
///
/// What is said of single lines can be as much as there are lines, and is listed up to a maximum. What concerns the log
/// as a whole is found once, and always listed: a seal that is broken shall not be hidden by a thousand bad lines.
struct VerificationReporter {
    private var verification = LogVerification()
    /// What concerns the whole; it stands behind what concerns lines.
    private var failuresOfWhole: [LogProblem] = []
    private var warningsOfWhole: [LogProblem] = []
    private var tally = Tally()
    /// The session of the first event, and what was counted up to the end of what is sealed.
    private var sessionID: String?
    private var sealed: Tally?
    private let problemMaximum: Int

    init(problemMaximum: Int) { self.problemMaximum = problemMaximum }

    /// What was found, all told.
    var report: LogVerification {
        var report = verification
        report.failures += failuresOfWhole
        report.warnings += warningsOfWhole
        return report
    }

    /// Notes what must not be on one of the lines.
    mutating func fail(line problem: @autoclosure () -> LogProblem) {
        verification.failureCount += 1
        if verification.failures.count < problemMaximum { verification.failures.append(problem()) }
    }

    /// Notes what must not be of the log as a whole.
    mutating func fail(whole problem: LogProblem) {
        verification.failureCount += 1
        failuresOfWhole.append(problem)
    }

    private mutating func warn(line problem: @autoclosure () -> LogProblem) {
        verification.warningCount += 1
        if verification.warnings.count < problemMaximum { verification.warnings.append(problem()) }
    }

    /// Notes what needs to be known of the log as a whole.
    mutating func warn(whole problem: LogProblem) {
        verification.warningCount += 1
        warningsOfWhole.append(problem)
    }

    mutating func note(counter problem: LogProblem?) { if let problem { warn(whole: problem) } }

    /// Counts a line, and notes what is wrong with it by itself.
    mutating func note(_ entry: LogEntry) {
        switch entry {
        case .event(let event):
            if tally.eventCount == 0 { noteSession(of: event) }
            tally.count(event.sequenceNumber, upTo: event.byteOffset + Int64(event.bytes.count) + 1)
        case .skipped(let line):
            let problem = { (kind: LogProblem.Kind) in
                LogProblem(kind, line: line.line, byteOffset: line.byteOffset, "\(line.reason)")
            }
            switch line.reason {
            case .blank: warn(line: problem(.blankLine))
            case .malformed, .tooLong: fail(line: problem(.malformedLine))
            // There is one at most.
            case .unfinished: warn(whole: problem(.tornTail))
            }
            if line.reason != .unfinished {
                tally.count(nil, upTo: line.byteOffset + line.byteCount)
                tally.note(numberOfOthers: line.sequenceNumber)
            }
            verification.size.byteCount = line.byteOffset + line.byteCount
        }
        verification.size.eventCount = tally.eventCount
        verification.size.lineCount = tally.lineCount
        verification.size.nextSequenceNumber = tally.appendableNumber
        verification.size.byteCount = max(verification.size.byteCount, tally.byteOffset)
    }

    private mutating func noteSession(of event: StoredEvent) {
        do throws(EventError) {
            sessionID = try event.checked().sessionID
        } catch {
            fail(line: LogProblem(.malformedLine, line: event.line, byteOffset: event.byteOffset, "\(error)"))
        }
    }
}

// MARK: - The seal

extension VerificationReporter {
    /// Reads the seal, and judges what can be judged without the events; nil when there is none that can be read.
    mutating func seal(in directory: (any Directory)?, path: String, trusting keys: [VerifyingKey]) -> EventSeal? {
        let found: EventSeal?
        do throws(EventLogError) {
            found = try directory.flatMap { (directory) throws(EventLogError) in
                try SessionLog.readSeal(in: directory, path: path)
            }
        } catch {
            // Whatever stands there, the rest of the log is looked at.
            var reason = directory?.stranger(at: LogFiles.seal) ?? "\(error)"
            if case .malformedSeal(_, let what) = error { reason = what }
            fail(whole: LogProblem(.malformedSeal, "\(LogFiles.seal) cannot be read: \(reason)"))
            return nil
        }
        guard let seal = found else {
            if !keys.isEmpty { fail(whole: LogProblem(.sealUntrusted, "there is no seal")) }
            return nil
        }
        verification.seal = seal
        if seal.signature != nil, !seal.hasValidSignature {
            fail(whole: LogProblem(.sealSignature, "the signature is not one of the key that the seal names"))
        } else if !keys.isEmpty, !keys.contains(where: { $0.base64URL == seal.publicKey }) {
            let signer = seal.publicKey.map { "by \($0)" } ?? "by nobody"
            fail(whole: LogProblem(.sealUntrusted, "the seal is signed \(signer), which is not trusted"))
        }
        return seal
    }

    /// Remembers what was counted up to here, the end of what is sealed.
    mutating func noteSealed() { sealed = tally }

    /// What the seal says of the sealed events that is not so, although their bytes are those that were sealed.
    func complaint(about seal: EventSeal) -> String? {
        seal.complaint(about: sealed ?? Tally(), sessionID: sessionID)
    }
}
