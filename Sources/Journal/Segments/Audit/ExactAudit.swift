internal import FileSystemSeam

/// Replays records exactly, a part of all keys at a time, so that memory is bounded whatever the journal holds: each
/// part takes a walk over all records, which were verified before.
struct ExactAudit {
    /// What was found.
    struct Result: Sendable {
        var findings: [VerificationFinding] = []
        /// The first run that does not say what the records do.
        var stale: (number: Int, damage: IndexDamage)?
        var error: JournalError?
    }

    let files: SegmentFiles
    let maker: IndexKeyMaker
    let runs: [IndexRun]
    /// The last record.
    let last: UInt64
    let clockToleranceSeconds: Int64

    /// Replays the records.
    ///
    /// - Parameters:
    ///   - keyCount: at most how many keys they have.
    ///   - byteMaximum: how much memory the keys that are known at a time may take.
    ///   - threadCount: how many parts are replayed side by side.
    func run(keyCount: UInt64, byteMaximum: Int, threadCount: Int) throws(JournalError) -> Result {
        let keysAtATime = UInt64(KeyTable.keyCount(inBytes: byteMaximum / threadCount))
        // Hashes do not spread evenly: a part may get somewhat more.
        let partCount = max(1, (keyCount + keyCount / 16) / keysAtATime + 1)
        let work = Condition((next: UInt64(0), result: Result()))
        let capacity = Int(clamping: min(keysAtATime, keyCount / partCount + keyCount / partCount / 16 + 64))
        @Sendable func replayParts() {
            while true {
                let number = work.withLock { work -> UInt64? in
                    if work.next == partCount || work.result.error != nil { return nil }
                    work.next += 1
                    return work.next - 1
                }
                guard let number else { return }
                let found = replay(KeyPart(number: number, count: partCount), capacity: capacity)
                work.withLock { $0.result.add(found) }
            }
        }
        var helpers: [Thread] = []
        for _ in 1..<max(1, min(threadCount, Int(clamping: partCount))) {
            guard let helper = try? Thread.start(name: "journal audit", body: replayParts) else { break }
            helpers.append(helper)
        }
        replayParts()
        for helper in helpers { helper.join() }
        var result = work.withLock { $0.result }
        if let error = result.error { throw error }
        result.findings = VerificationFinding.sorted(result.findings)
        return result
    }

    private func replay(_ part: KeyPart, capacity: Int) -> Result {
        var files = files
        var audit = SegmentAudit(maker, clockToleranceSeconds: clockToleranceSeconds, part: part, capacity: capacity)
        var index = IndexAudit(runs, part: part)
        var walk = SegmentWalk(maker, upTo: last, stopsAtFirst: false, isVerified: true)
        var result = Result()
        do throws(JournalError) {
            try walk.run(&files) { line, bytes in index.apply(line, audit.apply(line, bytes)) }
        } catch {
            result.error = error
        }
        result.findings = audit.findings
        result.stale = index.stale.map { (index.rightCount, $0) }
        return result
    }
}

extension ExactAudit.Result {
    fileprivate mutating func add(_ other: ExactAudit.Result) {
        findings += other.findings
        error = error ?? other.error
        if let theirs = other.stale, stale.map({ theirs.number < $0.number }) ?? true { stale = theirs }
    }
}
