/// What a store says about a receipt.
public struct ErasureVerification: Sendable, Hashable {
    /// Something that speaks against a destruction.
    public enum Finding: Sendable, Hashable {
        /// The receipt is of another store.
        case otherStore
        /// This store did not sign it.
        case signatureInvalid
        /// The store issued fewer receipts: its keyset was put back to an older state.
        case unknownReceipt
        /// The store issued another receipt with this number, or for these keys: a copy of the store that went on by
        /// itself made this one. By the number it is seen only while the store keeps the receipts that came after it.
        case otherReceipt
        /// A key it names is in the keyset.
        case keyAlive(KeyID)
        /// A key it names is not in the keyset, not even as destroyed.
        case keyUnknown(KeyID)
        /// The keyset is of an older generation than the one the destruction left.
        case keysetOlder
        /// The root key's provider has a secret that opens keysets in which the keys were.
        case secretAlive(generation: UInt64)
        /// A file of an older generation stands in the store's directory.
        case leftover(file: String)

        /// A short, stable name, for programs.
        public var code: String {
            switch self {
            case .otherStore: "other_store"
            case .signatureInvalid: "signature_invalid"
            case .unknownReceipt: "unknown_receipt"
            case .otherReceipt: "other_receipt"
            case .keyAlive: "key_alive"
            case .keyUnknown: "key_unknown"
            case .keysetOlder: "keyset_older"
            case .secretAlive: "secret_alive"
            case .leftover: "leftover"
            }
        }
    }

    /// What speaks against it; empty when nothing does.
    public var findings: [Finding]

    /// Whether the keys are absent from the live keyset. Copies made by others are another matter.
    public var isErased: Bool { findings.isEmpty }
}
