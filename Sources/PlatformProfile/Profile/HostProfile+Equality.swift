internal import Canonical

// As the fingerprint, over bytes: Swift's `String` calls two spellings of one character equal, and what is synthesized
// compares strings so. Two profiles would be equal whose fingerprints differ.

extension HostProfile {
    /// Equal when every member has the same bytes.
    public static func == (left: HostProfile, right: HostProfile) -> Bool {
        left.pageSizeBytes == right.pageSizeBytes && left.syncFileNanoseconds == right.syncFileNanoseconds
            && TextBytes.areSame(left.texts, right.texts)
    }

    /// Feeds the members, texts as their bytes, to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(pageSizeBytes)
        hasher.combine(syncFileNanoseconds)
        TextBytes.hash(texts, into: &hasher)
    }

    private var texts: [String?] {
        CapabilityField.allCases.map { capabilities[$0] } + [architecture, kernel, container, clockSource]
    }
}
