/// The kinds of record a journal holds, spelled as in the names of record files.
public enum RecordKind: String, Sendable, Hashable, CaseIterable {
    /// One use of an approval was consumed.
    case approvalUse = "approval-use"
    /// A grant was revoked.
    case approvalRevocation = "approval-revocation"
    /// A range of records was summed up in a Merkle root.
    case journalCheckpoint = "journal-checkpoint"

    /// What a record of this kind says in its member `type`.
    public var typeName: String {
        switch self {
        case .approvalUse: "treeship/approval-use/v1"
        case .approvalRevocation: "treeship/approval-revocation/v1"
        case .journalCheckpoint: "treeship/journal-checkpoint/v1"
        }
    }
}
