internal import Canonical
internal import FileSystemSeam

/// What a seal says of the events.
struct SealedFacts: Hashable {
    let byteCount: Int64
    let eventCount: UInt64
    let nextNumber: UInt64?
    let sessionID: String?
    let measured: MeasuredBytes
    /// What an earlier seal says that is not so; nil when all is, or there is none.
    let complaint: String?

    /// Takes the whole lines that are there when it begins, twice: a seal is evidence, and one wrong bit on the way from
    /// the disk would make it evidence against events that are as they should be.
    ///
    /// - Returns: nil when the events became shorter meanwhile.
    init?(of file: any File, after earlier: EventSeal?) throws(FileSystemError) {
        guard let first = try SealedFacts(of: file, after: earlier, limit: file.extent().size),
            let second = try SealedFacts(of: file, after: earlier, limit: first.byteCount)
        else { return nil }
        if first != second { throw FileSystemError(operation: .read, name: LogFiles.events, code: .inputOutput) }
        self = first
    }

    private init?(of file: any File, after earlier: EventSeal?, limit: Int64) throws(FileSystemError) {
        var tally = Tally()
        // What was counted at the end of what was sealed; a seal that ends elsewhere than a line covers no event.
        var sealed = Tally()
        if let earlier {
            try tally.advance(over: file, to: min(earlier.byteCount, limit))
            if tally.byteOffset == earlier.byteCount { sealed = tally }
        }
        try tally.advance(over: file, to: limit)
        guard let measured = try MeasuredBytes(of: file, size: tally.byteOffset) else { return nil }
        self.measured = measured
        byteCount = tally.byteOffset
        eventCount = tally.eventCount
        nextNumber = tally.nextNumber
        sessionID = try Self.session(in: file, limit: tally.byteOffset)
        complaint = earlier?.complaint(about: sealed, sessionID: sessionID)
    }

    /// The session of the first event.
    private static func session(in file: any File, limit: Int64) throws(FileSystemError) -> String? {
        var reader = LineReader(file, limit: limit)
        var parser = EventParser()
        while let line = try reader.next(), line.ending != .endOfFile {
            if case .event(let event) = LogEntry(line, &parser) { return (try? event.checked())?.sessionID }
        }
        return nil
    }
}

// MARK: - Comparing

extension EventSeal {
    /// How the events differ from what was sealed; nil when they begin with it.
    ///
    /// - Parameter size: how long the events were at some time after the seal was read; what came later is not looked
    ///   at.
    /// - Complexity: O(*n*) in what was sealed, in bounded memory.
    func complaint(about file: any File, size: Int64) throws(FileSystemError) -> String? {
        guard byteCount <= size else { return tooFew(size) }
        guard let found = try MeasuredBytes(of: file, size: byteCount) else { return tooFew(try file.extent().size) }
        if found.digest.description == fileDigest, found.merkleRoot.description == merkleRoot,
            found.lineCount == lineCount
        {
            return nil
        }
        return "their first \(byteCount) bytes have the digest \(found.digest), and \(fileDigest) was sealed"
    }

    private func tooFew(_ size: Int64) -> String { "\(byteCount) bytes were sealed, and only \(size) are there" }

    /// What it says of the events it covers that is not so, although their bytes are those that were sealed; nil when
    /// all is.
    ///
    /// - Parameters:
    ///   - counted: what was counted up to the end of what is sealed.
    ///   - sessionID: the session of the first event there is.
    func complaint(about counted: Tally, sessionID: String?) -> String? {
        if counted.eventCount != eventCount {
            return "it says that \(eventCount) events were sealed, and there are \(counted.eventCount)"
        }
        if counted.nextNumber != nextSequenceNumber {
            let (said, found) = (Self.text(nextSequenceNumber), Self.text(counted.nextNumber))
            return "it says that the next number was \(said), and it was \(found)"
        }
        // Two sessions are one only when their bytes are.
        let session = counted.eventCount > 0 ? sessionID : nil
        if !TextBytes.isSame(session, self.sessionID) {
            return "it says that the session was \(self.sessionID ?? "none"), and it was \(session ?? "none")"
        }
        return nil
    }

    private static func text(_ number: UInt64?) -> String { number.map(String.init) ?? "none" }

    /// Whether a new seal would say nothing more than this one.
    func says(_ other: EventSeal) -> Bool {
        byteCount == other.byteCount && fileDigest == other.fileDigest && merkleRoot == other.merkleRoot
            && (other.publicKey == nil || (publicKey == other.publicKey && hasValidSignature))
    }
}
