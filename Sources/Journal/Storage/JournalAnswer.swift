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

extension JournalRequest {
    /// A request for one use of a grant. It is checked before any rule is asked: what cannot be recorded has no answer.
    ///
    /// - Throws: `.invalidArgument`.
    static func reservation(
        of use: ApprovalUse,
        maximumUses: UInt32?,
        perGrant: UInt32?
    ) throws(JournalError) -> JournalRequest {
        var use = use
        if let maximumUses { use.maximumUses = maximumUses }
        try RecordValidation.checkRequest(use)
        return .reserve(use, perGrant: perGrant)
    }

    /// A request to append a record, checked in the same way.
    ///
    /// - Parameter seen: a record that it speaks of. Only with one the journal says itself which it is.
    /// - Throws: `.invalidArgument`.
    static func checked(
        _ record: JournalRecord,
        signedBy signer: HubSigner? = nil,
        about seen: JournalHead? = nil
    ) throws(JournalError) -> JournalRequest {
        try RecordValidation.checkRequest(record, signedBy: signer, namesJournal: seen == nil)
        return .append(record, signedBy: signer, about: seen)
    }
}

extension JournalAnswer {
    /// The answer to a reservation.
    var reservation: Reservation {
        guard case .reserved(let reservation) = self else {
            preconditionFailure("a reservation was answered as an append")
        }
        return reservation
    }

    /// The answer to an append.
    var appendedRecord: AppendedRecord { AppendedRecord(storedRecord) }

    /// The record that was appended.
    var storedRecord: StoredRecord {
        guard case .appended(let record) = self else { preconditionFailure("an append was answered as a reservation") }
        return record
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
