internal import Canonical

extension SignedNote {
    /// Signs a checkpoint. The log's own key is named like the origin, by custom.
    ///
    /// A log must never sign two checkpoints that contradict each other; that is the caller's to see to.
    ///
    /// - Parameters:
    ///   - checkpoint: The body.
    ///   - signers: At least one, in the order of their lines.
    /// - Throws: ``NoteError`` when there is no signer or too many.
    public init(checkpoint: CheckpointBody, signedBy signers: [NoteSigner]) throws(NoteError) {
        try self.init(text: checkpoint.text, signedBy: signers)
    }
}

extension VerifiedNote {
    /// Reads the text as a checkpoint of one log.
    ///
    /// A key may sign for several logs, so that a good signature alone does not say which log a checkpoint is of.
    ///
    /// - Parameter origin: The origin that the log is known by; compared byte by byte.
    /// - Throws: ``CheckpointError``, of kind ``CheckpointError/Kind/foreignOrigin(_:)`` for another log's checkpoint.
    public func checkpoint(origin: String) throws(CheckpointError) -> CheckpointBody {
        let body = try CheckpointBody(parsing: text)
        guard TextBytes.isSame(body.origin, origin) else {
            throw CheckpointError(.foreignOrigin(body.origin), line: 1)
        }
        return body
    }
}
