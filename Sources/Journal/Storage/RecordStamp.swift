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

    /// The record with the id and time that the caller left to the journal.
    func completed(_ record: JournalRecord) throws(JournalError) -> JournalRecord {
        switch record {
        case .use(var use):
            if use.useID.isEmpty { use.useID = try identifier("use") }
            if use.createdAt.isEmpty { use.createdAt = now.description }
            return .use(use)
        case .revocation(var revocation):
            if revocation.revocationID.isEmpty { revocation.revocationID = try identifier("rev") }
            if revocation.createdAt.isEmpty { revocation.createdAt = now.description }
            return .revocation(revocation)
        case .checkpoint(var checkpoint):
            if checkpoint.checkpointID.isEmpty { checkpoint.checkpointID = try identifier("cp") }
            if checkpoint.createdAt.isEmpty { checkpoint.createdAt = now.description }
            return .checkpoint(checkpoint)
        }
    }

    /// The same, and a checkpoint signed for a hub: its signature covers what it follows.
    func completed(
        _ record: JournalRecord,
        signedBy signer: HubSigner?,
        after previous: String
    ) throws(JournalError) -> JournalRecord {
        guard let signer, case .checkpoint(var checkpoint) = try completed(record) else { return try completed(record) }
        checkpoint.previousRecordDigest = previous
        do {
            return .checkpoint(try checkpoint.signed(by: signer, at: now.description))
        } catch {
            throw .invalidArgument(member: "hub_signature", reason: "could not be made: \(error)")
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
