internal import FileSystemSeam
internal import Signing

/// Collects what a verification finds.
struct VerificationReporter {
    var verification = LogVerification()
    private var tally = Tally()
    /// The session of the first event, and what was counted up to the end of what is sealed.
    private var sessionID: String?
    private var sealed: Tally?
    private let problemMaximum: Int

    init(problemMaximum: Int) { self.problemMaximum = problemMaximum }

    mutating func fail(_ problem: @autoclosure () -> LogProblem) {
        verification.failureCount += 1
        if verification.failures.count < problemMaximum { verification.failures.append(problem()) }
    }

    mutating func warn(_ problem: LogProblem) {
        if verification.warnings.count < problemMaximum { verification.warnings.append(problem) }
    }

    mutating func note(counter problem: LogProblem?) { if let problem { warn(problem) } }

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
            case .blank: warn(problem(.blankLine))
            case .malformed, .tooLong: fail(problem(.malformedLine))
            case .unfinished: warn(problem(.tornTail))
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
            fail(LogProblem(.malformedLine, line: event.line, byteOffset: event.byteOffset, "\(error)"))
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
            fail(LogProblem(.malformedSeal, "\(LogFiles.seal) cannot be read: \(reason)"))
            return nil
        }
        guard let seal = found else {
            if !keys.isEmpty { fail(LogProblem(.sealUntrusted, "there is no seal")) }
            return nil
        }
        verification.seal = seal
        if seal.signature != nil, !seal.hasValidSignature {
            fail(LogProblem(.sealSignature, "the signature is not one of the key that the seal names"))
        } else if !keys.isEmpty, !keys.contains(where: { $0.base64URL == seal.publicKey }) {
            let signer = seal.publicKey.map { "by \($0)" } ?? "by nobody"
            fail(LogProblem(.sealUntrusted, "the seal is signed \(signer), which is not trusted"))
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
