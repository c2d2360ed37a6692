internal import FileSystemSeam
internal import PlatformProfile
internal import Synchronization

/// A journal in a directory, in whichever layout stands there.
///
/// The layout is looked up again for every call, unless what is held open still stands: a directory may be made, or be
/// replaced by one of another layout, while a handle lives.
final class DirectoryStorage: JournalStorage {
    let place: JournalPlace
    private let writer = Condition(WriterState())
    private let segments: SegmentsJournal
    /// Made when such a journal is met.
    private let jsonRecords = AtomicLazyReference<JSONRecordsJournal>()

    init(at place: JournalPlace) {
        self.place = place
        segments = SegmentsJournal(at: place, writer)
    }

    /// The directory; nil when there is none. The platform is admitted before anything of the journal is looked at.
    private func directory() throws(JournalError) -> (any Directory)? {
        try place.admit(writing: false)
        guard let directory = try place.directory() else { return nil }
        try place.confirm(directory, writing: false)
        return directory
    }

    /// The journal that stands there, and the directory that was asked for its layout: what is read is read in that
    /// one. Nil when there is no directory.
    private func standing() throws(JournalError) -> (layout: any JournalLayout, directory: any Directory)? {
        guard let directory = try directory() else { return nil }
        return (layout(try place.format(of: directory)), directory)
    }

    /// The journal that stands there, or that is to be made there. Its directory is confirmed under the lock.
    private func standingOrNew() throws(JournalError) -> any JournalLayout {
        let directory = try place.directory()
        try place.admit(writing: true, holding: directory)
        guard let directory else { return layout(place.options.format) }
        return layout(try place.format(of: directory))
    }

    /// Whether a call failed, with nothing written, since the layout was another one once the lock was held: somebody
    /// made a journal there in between. Looked up again, it is found.
    private func isOvertaken(_ error: JournalError) -> Bool { error == place.replaced }

    private func layout(_ format: JournalFormat) -> any JournalLayout {
        switch format {
        case .jsonRecords: jsonRecords.load() ?? jsonRecords.storeIfNil(JSONRecordsJournal(at: place, writer))
        case .segments: segments
        }
    }

    func format() throws(JournalError) -> JournalFormat? {
        guard let directory = try directory() else { return nil }
        return try place.format(of: directory)
    }

    func journalID() throws(JournalError) -> String? {
        guard let directory = try directory() else { return nil }
        return try JournalManifest.journalID(in: directory)
    }

    func create() throws(JournalError) {
        do throws(JournalError) {
            try standingOrNew().create()
        } catch  where isOvertaken(error) {
            try standingOrNew().create()
        }
    }

    func commit(_ requests: [JournalRequest]) -> [Result<JournalAnswer, JournalError>] { commit(requests) { [] } }

    func commit(
        _ requests: [JournalRequest],
        _ more: () -> [JournalRequest]
    ) -> [Result<JournalAnswer, JournalError>] {
        do throws(JournalError) {
            // What is held was admitted when it was opened.
            if let answers = segments.commitOnHeld(requests, more) { return answers }
            let answers = try standingOrNew().commit(requests)
            guard case .failure(let error)? = answers.first, isOvertaken(error) else { return answers }
            return try standingOrNew().commit(requests)
        } catch {
            return requests.map { _ in .failure(error) }
        }
    }

    func facts(grant: String, nonceDigest: String) throws(JournalError) -> UseFacts? {
        if let facts = try segments.factsOnHeld(grant: grant, nonceDigest: nonceDigest) { return facts }
        guard let (layout, directory) = try standing() else { return nil }
        return try layout.facts(in: directory, grant: grant, nonceDigest: nonceDigest)
    }

    func latestUse(grant: String, nonceDigest: String) throws(JournalError) -> RecordedUse? {
        guard let (layout, directory) = try standing() else { return nil }
        return try layout.latestUse(in: directory, grant: grant, nonceDigest: nonceDigest)
    }

    func use(id: String) throws(JournalError) -> RecordedUse? {
        guard let (layout, directory) = try standing() else { return nil }
        return try layout.use(in: directory, id: id)
    }

    func forEachUse(
        ofGrant grant: String,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        guard let (layout, directory) = try standing() else { return }
        try layout.forEachUse(in: directory, ofGrant: grant, body)
    }

    func forEachRecord(
        from index: UInt64,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        guard let (layout, directory) = try standing() else { return }
        try layout.forEachRecord(in: directory, from: index, body)
    }

    func head() throws(JournalError) -> JournalHead? {
        guard let (layout, directory) = try standing() else { return nil }
        return try layout.head(in: directory)
    }

    func verify(
        _ request: VerificationRequest,
        progress: WorkProgress.Handler?
    ) throws(JournalError) -> VerificationReport {
        guard let directory = try directory() else {
            var report = VerificationReport()
            if let anchor = request.anchor { report.check(anchor) { _ in nil } }
            return report
        }
        let content = try JournalManifest.content(in: directory)
        let format = try place.format(of: directory, saying: content)
        var report = try layout(format).verify(directory, content.journalID, request, progress: progress)
        // With one there, a journal in segments whose manifest is lost is not known by its parts any more.
        for name in try place.strangers(in: directory) {
            let harm = format == .segments ? "; were \(JournalManifest.fileName) lost, it would be in the way" : ""
            report.warnings.append(
                VerificationWarning(kind: .foreignFile, message: "\(name) is no part of a journal\(harm)")
            )
        }
        return report
    }

    func rebuildIndexes(
        discardingEvidence: Bool,
        progress: WorkProgress.Handler?
    ) throws(JournalError) -> UInt64 {
        func rebuild() throws(JournalError) -> UInt64 {
            try standing()?.layout.rebuildIndexes(discardingEvidence: discardingEvidence, progress: progress) ?? 0
        }
        do throws(JournalError) {
            return try rebuild()
        } catch  where isOvertaken(error) {
            return try rebuild()
        }
    }
}
