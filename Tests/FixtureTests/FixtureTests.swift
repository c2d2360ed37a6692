internal import TestSupport
internal import Testing

/// The checkers by module and kind; a new kind of case is a new line here.
private let checkers: [String: [String: FixtureSuite.Checker]] = [
    "canonical": [
        "jcs-numbers": NumberCheckers.jcs,
        "declared-numbers": NumberCheckers.declared,
    ],
    "eventlog": [
        "session": EventLogCheckers.session,
        "facts": EventLogCheckers.facts,
    ],
    "journal": [
        "directory": JournalChecker.directory,
        "digests": RecordCheckers.digests,
        "record-parse": RecordCheckers.parse,
    ],
    "locks": [
        "marker": LockCheckers.marker
    ],
    "platform": [
        "profile": PlatformChecker.profile
    ],
    "signing": [
        "hub-checkpoints": RecordCheckers.hubSignatures
    ],
]

@Suite("Every case of Fixtures holds")
struct FixtureTests {
    private static let suite = Result {
        try FixtureSuite(in: FileTree(root: Fixtures.directory), checkers: checkers)
    }

    private static var cases: [FixtureCase] { (try? suite.get().cases) ?? [] }

    @Test func theFolderIsLaidOutAsItShould() throws {
        let suite = try Self.suite.get()
        #expect(suite.faults == [])
        #expect(suite.cases.count > 30, "the walk found too few cases to mean anything")
    }

    @Test(arguments: cases)
    func holds(_ fixture: FixtureCase) throws {
        let faults = try FixtureSuite.check(fixture, with: checkers)
        #expect(faults == [])
    }
}
