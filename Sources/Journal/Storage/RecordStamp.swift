internal import Canonical
internal import FileSystemSeam

/// What a journal adds to a record before it is appended: the time, and an identifier, where the caller left them out.
struct RecordStamp {
    let fileSystem: any FileSystem
    let toleranceSeconds: Int64

    /// The time, as records carry it: whole seconds of UTC.
    var now: Timestamp {
        Timestamp(secondsSinceEpoch: fileSystem.wallClock().secondsSinceEpoch)
    }

    /// A clock that runs behind the records would stamp times that contradict their order.
    func checkClock(after last: JournalHead?) throws(JournalError) {
        guard let last, let time = try? Timestamp(parsing: last.updatedAt) else { return }
        let now = now
        if ClockRule.isRegression(
            from: time.secondsSinceEpoch,
            to: now.secondsSinceEpoch,
            toleranceSeconds: toleranceSeconds
        ) {
            throw .clockRegression(now: now.description, lastRecord: last.updatedAt)
        }
    }

    /// Gives a record the id and time that the caller left to the journal.
    func complete(_ record: inout some StampedRecord) throws(JournalError) {
        if record.ownID.isEmpty { record.ownID = try identifier(type(of: record).idPrefix) }
        if record.createdAt.isEmpty { record.createdAt = now.description }
    }

    /// Completes a checkpoint and signs it for a hub: the signature covers what it follows.
    func sign(
        _ checkpoint: inout JournalCheckpoint,
        by signer: HubSigner,
        after previous: String
    ) throws(JournalError) {
        try complete(&checkpoint)
        checkpoint.previousRecordDigest = previous
        do {
            checkpoint = try checkpoint.signed(by: signer, at: now.description)
        } catch {
            throw .invalidArgument(member: "hub_signature", reason: "could not be made: \(error)")
        }
    }

    /// A record completed, and signed if it is a checkpoint and somebody signs it.
    func completed(
        _ record: JournalRecord,
        signedBy signer: HubSigner?,
        after previous: String
    ) throws(JournalError) -> JournalRecord {
        switch record {
        case .use(var use):
            try complete(&use)
            return .use(use)
        case .revocation(var revocation):
            try complete(&revocation)
            return .revocation(revocation)
        case .checkpoint(var checkpoint):
            try complete(&checkpoint)
            if let signer { try sign(&checkpoint, by: signer, after: previous) }
            return .checkpoint(checkpoint)
        }
    }

    /// A random identifier: the prefix, `_` and 32 hexadecimal digits.
    func identifier(_ prefix: String) throws(JournalError) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        do {
            var span = bytes.mutableSpan
            try fileSystem.fillRandom(&span)
        } catch {
            throw .io(error, file: "a random identifier")
        }
        return "\(prefix)_\(Hex.encode(bytes))"
    }
}
