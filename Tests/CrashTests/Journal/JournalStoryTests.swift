import CrashTesting
import FileSystemSeam
import Foundation
import Journal
import Testing

/// Power cuts at every point of random lives of a journal. A test run takes a few; `Scripts/explore-journal` as many as
/// it is given time for, one story at a time.
@Suite("A journal of which a random story is told")
struct JournalStoryTests {
    /// What `HOLDFAST_STORY` asks for: words as `story=7 format=segments model=apfs steps=12 depth=2 runs=1000`.
    struct Request: Sendable, CustomStringConvertible {
        var story = 1
        var format = JournalFormat.segments
        var model = PersistenceModel.posixMinimal
        var steps = 4
        var depth = 1
        /// The most states tried at one point before it is covered by fewer, and how many samples are then taken.
        var runs = 4
        var samples = 2
        /// Whether all records are looked up in every state, and not the last one of a verified chain alone.
        var isThorough = true

        init(story: Int, format: JournalFormat) { (self.story, self.format) = (story, format) }

        init?(_ text: String) {
            for word in text.split(separator: " ") {
                let parts = word.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { return nil }
                let number = Int(parts[1])
                switch (parts[0], number) {
                case ("story", let number?): story = number
                case ("steps", let number?): steps = number
                case ("depth", let number?): depth = number
                case ("runs", let number?): (runs, samples) = (number, number / 4)
                case ("thorough", let number?): isThorough = number != 0
                case ("format", nil):
                    guard let found = JournalFormat(rawValue: String(parts[1])) else { return nil }
                    format = found
                case ("model", nil):
                    guard let found = PersistenceModel.all.first(where: { $0.name == parts[1] }) else { return nil }
                    model = found
                default: return nil
                }
            }
        }

        var description: String { "story \(story), \(format.rawValue), \(model)" }
    }

    private static let asked = ProcessInfo.processInfo.environment["HOLDFAST_STORY"]

    private static func tell(_ request: Request) throws {
        let story = JournalStory(request.story, request.format, count: request.steps)
        let report = try explore(request, story)
        #expect(report.isClean, "\(request), \(story): \(report)")
        #expect(!(report.workloadError is CheckFailure), "\(request), \(story): \(report)")
        let statistics = report.statistics
        print(
            "crash: \(story), \(request.model): \(statistics.states) states, \(statistics.failedStates) failed, "
                + "\(statistics.operations) operations, \(statistics.mode), \(Int(statistics.seconds)) s"
        )
    }

    private static func explore(_ request: Request, _ story: JournalStory) throws -> CrashReport {
        var explorer = CrashExplorer(request.model)
        explorer.faults = story.faults
        explorer.depth = request.depth
        explorer.runMaximum = request.runs
        explorer.sampleCount = request.samples
        explorer.failureMaximum = 1
        explorer.findingMaximum = 1
        return try explorer.explore { fileSystem in
            try story.prepare(fileSystem)
        } workload: { (fileSystem, say: (JournalStory.Said) -> Void) in
            try story.work(fileSystem, say)
        } recover: { fileSystem in
            try story.recover(fileSystem)
        } check: { journal, said in
            try story.check(journal, said, isThorough: request.isThorough)
        }
    }

    /// Short ones in which everything happens that can; see ``everythingHappensInTheToldStories()``.
    private static let told = [11, 28, 34, 39, 41]

    @Test(
        .enabled(if: asked == nil, "one story is asked for, and told alone"),
        arguments: told,
        JournalFormat.allCases
    )
    func nothingAcknowledgedIsLost(story: Int, format: JournalFormat) throws {
        try Self.tell(Request(story: story, format: format))
    }

    /// Each kind of step is in one of them, after which power is cut, and so is a sync that fails.
    @Test func everythingHappensInTheToldStories() throws {
        var kinds: Set<String> = []
        var faultCount = 0
        for number in Self.told {
            var request = Request(story: number, format: .segments)
            (request.runs, request.samples, request.isThorough) = (1, 0, false)
            let story = JournalStory(number, .segments, count: request.steps)
            kinds.formUnion(story.steps[story.preparedCount...].map(\.kind))
            if story.faults.entries.isEmpty { continue }
            if try Self.explore(request, story).operations.contains(where: { $0.fault != nil }) { faultCount += 1 }
        }
        #expect(kinds == ["use", "revoke", "checkpoint", "rebuild", "reopen", "killed", "together"])
        #expect(faultCount > 1)
    }

    /// In either kind of check.
    @Test(
        .enabled(if: asked == nil, "one story is asked for, and told alone"),
        arguments: JournalFormat.allCases,
        [true, false]
    )
    func aSyncThatDoesNothingIsNoticed(format: JournalFormat, isThorough: Bool) throws {
        var request = Request(story: 2, format: format)
        request.isThorough = isThorough
        var story = JournalStory(request.story, request.format, count: request.steps)
        let noticed = try (1...6).contains { occurrence in
            story.faults = .on(.sync, occurrence, .lyingSync)
            return try !Self.explore(request, story).isClean
        }
        #expect(noticed)
    }

    @Test(.enabled(if: asked != nil, "Scripts/explore-journal asks for stories"))
    func nothingAcknowledgedIsLostInTheStoryThatIsAskedFor() throws {
        let request = try #require(Request(Self.asked ?? ""), "HOLDFAST_STORY cannot be read")
        try Self.tell(request)
    }
}
