/// What can be said of a store without its root key: everything but what is authenticated and what is wrapped.
///
/// That no file was altered by somebody who has no root key only opening the store tells.
public struct KeysetSurvey: Sendable, Hashable {
    /// Something that is not as it should be.
    public enum Finding: Sendable, Hashable {
        /// The keyset or its journal cannot be used, for this reason.
        case unusable(KeyStoreError)
        /// A record of the journal is not the one that belongs there.
        case damagedRecord(file: String, byteOffset: Int, reason: String)
        /// A receipt is missing, altered, does not follow from the one before, or is not the last one that the keyset
        /// names. After a thousand of them no more are looked at.
        case badReceipt(number: UInt64, file: String, reason: String)
        /// A destruction was decided and is not finished: opening the store goes on with it.
        case destructionPending
        /// The journal ends within a record that was never acknowledged. The next one is written over it.
        case tornJournal(file: String, byteOffset: Int)
        /// A file of an older generation stands there: opening the store destroys it.
        case leftover(file: String)
    }

    /// Which store it is.
    public internal(set) var store: StoreID
    /// How finely keys are kept apart.
    public internal(set) var granularity: KeyGranularity
    /// The kind of the root key's provider.
    public internal(set) var rootKind: String
    /// The last generation, the journal's last record, and the last receipt.
    public internal(set) var position: KeysetPosition
    /// When the store was made, in UTC (RFC 3339).
    public internal(set) var created: String
    /// The Ed25519 public key that receipts are verified with: 32 bytes.
    public internal(set) var publicKey: [UInt8]
    /// Keys by what they are good for, as checkpoint and journal say it.
    public internal(set) var keyCounts: [KeyRecord.State: Int] = [:]
    /// How many receipts were issued.
    public internal(set) var receiptCount: UInt64
    /// Records of the journal since the checkpoint.
    public internal(set) var journalRecordCount = 0
    /// What is not as it should be; empty when all is well.
    public internal(set) var findings: [Finding] = []
}
