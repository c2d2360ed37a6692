/// The version this command line reports.
enum ProductVersion {
    /// Semantic version, without a leading `v`.
    static let current = "0.1.0"
}
