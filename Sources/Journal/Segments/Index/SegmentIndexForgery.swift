/// Makes runs that pass every check and are wrong, to show what verification then says. Only tests do.
package enum SegmentIndexForgery {
    /// The tables and states of one run under the names and digests of another.
    ///
    /// - Parameters:
    ///   - run: the bytes of a run whose contents are used.
    ///   - other: the bytes of a run over the same records, whose claims are made.
    ///   - journal: the journal's identifier, which the checks are keyed by.
    package static func run(_ run: [UInt8], withHeaderOf other: [UInt8], journal: String) -> [UInt8] {
        let maker = IndexKeyMaker(journalID: journal)
        guard var header = RunHeader(Array(run.prefix(IndexPage.byteCount)), maker),
            let claims = RunHeader(Array(other.prefix(IndexPage.byteCount)), maker)
        else { preconditionFailure("both are runs of the journal") }
        header.end = claims.end
        header.previousDigest = claims.previousDigest
        header.lastDigest = claims.lastDigest
        return header.page(maker) + run.dropFirst(IndexPage.byteCount)
    }

    /// A run whose header counts other entries and revocations.
    package static func run(
        _ run: [UInt8],
        entryCount: UInt64,
        revocationCount: UInt64,
        journal: String
    ) -> [UInt8] {
        let maker = IndexKeyMaker(journalID: journal)
        guard var header = RunHeader(Array(run.prefix(IndexPage.byteCount)), maker) else {
            preconditionFailure("it is a run of the journal")
        }
        header.entryCount = entryCount
        header.revocationCount = revocationCount
        return header.page(maker) + run.dropFirst(IndexPage.byteCount)
    }
}
