internal import FileSystemSeam

/// What a journal in a directory says of a record that it has just appended.
extension AppendedRecord {
    init(_ stored: StoredRecord) {
        self.init(index: stored.index, digest: stored.digest, id: stored.record.id)
    }
}

extension Reservation {
    init(_ stored: StoredRecord, useNumber: UInt32) {
        self.init(
            index: stored.index,
            digest: stored.digest,
            useID: stored.record.id,
            useNumber: useNumber,
            isExisting: false
        )
    }
}

extension JournalError {
    /// Whether it is not known what of the last writes is on disk, and another sync would not tell.
    var isFailedSync: Bool {
        switch self {
        case .io(let cause, _), .outcomeUnknown(let cause, _):
            cause.operation == .sync || cause.operation == .syncDirectory
        default: false
        }
    }

    /// The same once bytes of the record that was asked for may have been written.
    var withUnknownOutcome: JournalError {
        if case .io(let error, let file) = self { .outcomeUnknown(error, file: file) } else { self }
    }

    /// The same where nobody finds what was written.
    var withoutOutcome: JournalError {
        if case .outcomeUnknown(let error, let file) = self { .io(error, file: file) } else { self }
    }

    /// Whether it answers one request and says nothing about the next, where deciding that request threw it.
    var isRefusal: Bool {
        switch self {
        case .usesExhausted, .grantRevoked, .expired, .idempotencyConflict, .clockRegression, .invalidArgument,
            .rolledBack:
            true
        default: false
        }
    }
}
