internal import FileSystemSeam

/// A journal in the `segments` layout.
///
/// A handle keeps one view for its appends and one for its questions, so that a question never waits for a sync. Both
/// hold descriptors between calls, and look before each use whether these still are what stands at the journal's path.
final class SegmentsJournal: JournalLayout {
    let place: JournalPlace
    private let bootID: BootID
    let writer: Condition<WriterState>
    let reader = Condition(ReaderState())

    /// What is remembered between questions.
    struct ReaderState {
        private var process: ProcessInstance?
        var view: SegmentView?
        /// What must still stand for the view to be of use without a look at each name.
        var names: StandingNames?

        /// Forgets what another process has opened.
        mutating func enter(_ process: ProcessInstance) {
            if self.process != process { (view, names) = (nil, nil) }
            self.process = process
        }
    }

    /// - Parameter writer: what the handle remembers between appends.
    init(at place: JournalPlace, _ writer: Condition<WriterState> = Condition(WriterState())) {
        self.place = place
        self.writer = writer
        bootID = BootID(place.fileSystem)
    }

    var boot: String { bootID.text }
}

/// Which boot of the machine this is; asked until it is told, since the answer takes several calls.
final class BootID: Sendable {
    private let fileSystem: any FileSystem
    private let known = Condition<String?>(nil)

    init(_ fileSystem: any FileSystem) { self.fileSystem = fileSystem }

    /// Empty where the machine does not tell. That is not remembered: it may only have been out of descriptors.
    var text: String {
        known.withLock { known in
            if known == nil { known = fileSystem.processIdentity.bootID }
            return known ?? ""
        }
    }
}
