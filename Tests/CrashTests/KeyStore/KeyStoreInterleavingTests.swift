import CrashTesting
import FileSystemSeam
import KeyStore
import TestSupport
import Testing

/// Two processes on one store, in orders of their steps with one preemption at most, one of them killed anywhere: some,
/// spread over all of them, and in long runs all.
@Suite("Interleavings of the key store")
struct KeyStoreInterleavingTests {
    /// What a process was told, or was about to ask for, and when: numbers rise through a schedule.
    struct Moment: Sendable {
        enum Event: Sendable {
            case asksForABox
            case sealed(box: [UInt8], entity: String, text: String)
            case condemned(entity: String)
            case shredded(entity: String, receipt: [UInt8])
        }

        let time: Int
        let event: Event
    }

    private typealias Process = @Sendable (ScopedKeyStore, (Moment.Event) -> Void) throws -> Void

    private static func seals(_ texts: [(entity: String, text: String)]) -> Process {
        { store, say in
            for (entity, text) in texts {
                say(.asksForABox)
                do {
                    let bytes = Array(text.utf8)
                    let box = try store.seal(bytes, scope: .entity(entity), associatedData: Array(entity.utf8))
                    say(.sealed(box: box.bytes, entity: entity, text: text))
                } catch KeyStoreError.destroying {
                    // Refused, and so nothing is said that could be wrong.
                }
            }
        }
    }

    private static func shreds(_ entity: String) -> Process {
        { store, say in
            say(.condemned(entity: entity))
            let receipt = try store.shred(.entity(entity), reason: "story")
            say(.shredded(entity: entity, receipt: receipt.bytes))
        }
    }

    /// - Parameter alsoCheck: what else must hold of the store in the end.
    private static func explore(
        before: [String],
        _ first: @escaping Process,
        _ second: @escaping Process,
        alsoCheck: (ScopedKeyStore) throws -> Void = { _ in }
    ) throws -> InterleavingExplorer.Report {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = 1
        explorer.killMaximum = 1
        explorer.scheduleMaximum = runsLongTests ? 100_000 : 500
        let clock = Condition(0)
        return try explorer.explore(
            prepare: KeyStoreStory(description: "", before: before) { _, _, _ in }.prepare,
            processes: [first, second].map { process in
                { @Sendable (fileSystem: any FileSystem, say: (Moment) -> Void) throws in
                    let store = try KeyStoreStory.open(fileSystem)
                    defer { store.close() }
                    try process(store) { event in
                        let time = clock.withLock { time in
                            time += 1
                            return time
                        }
                        say(Moment(time: time, event: event))
                    }
                }
            }
        ) { fileSystem, outcomes in
            let recovered = try KeyStoreStory.recover(fileSystem)
            defer { recovered.store.close() }
            try check(recovered.store, outcomes.map(\.acknowledged))
            try alsoCheck(recovered.store)
            try recovered.check([])
        }
    }

    /// A box is lost when a destruction took its key, and only then; and a destruction takes the keys of all boxes that
    /// were handed out before it was asked for, and of none that were asked for after its receipt.
    private static func check(_ store: ScopedKeyStore, _ told: [[Moment]]) throws {
        var receipts: [(entity: String, condemned: Int, time: Int, receipt: ShredReceipt)] = []
        var condemned: Set<String> = []
        for moments in told {
            var asked = 0
            for moment in moments {
                if case .condemned(let entity) = moment.event {
                    condemned.insert(entity)
                    asked = moment.time
                }
                guard case .shredded(let entity, let bytes) = moment.event else { continue }
                let receipt = try ShredReceipt(parsing: bytes)
                let findings = try store.verifyErasure(receipt).findings
                try CheckFailure.unless(findings.isEmpty, "the receipt does not hold: \(findings)")
                receipts.append((entity, asked, moment.time, receipt))
            }
        }
        for moments in told {
            var asked = 0
            for moment in moments {
                if case .asksForABox = moment.event { asked = moment.time }
                guard case .sealed(let bytes, let entity, let text) = moment.event else { continue }
                let box = try SealedBox(parsing: bytes)
                let taken = receipts.filter { $0.receipt.keyIDs.contains(box.keyID) }
                switch try store.open(box, associatedData: Array(entity.utf8)) {
                case .plaintext(let plaintext):
                    try CheckFailure.unless(plaintext == Array(text.utf8), "the box of \(entity) holds something else")
                    try CheckFailure.unless(taken.isEmpty, "the key of \(text) was destroyed, and it opens")
                    let isLate = receipts.contains { $0.entity == entity && moment.time < $0.condemned }
                    try CheckFailure.unless(!isLate, "the key of \(text) outlived the destruction of \(entity)")
                case .shredded(let receipt):
                    try CheckFailure.unless(condemned.contains(entity), "\(entity) was destroyed, and nobody asked")
                    try CheckFailure.unless(receipt.keyIDs.contains(box.keyID), "the receipt is not of \(text)'s key")
                    try CheckFailure.unless(receipt.isSignatureValid, "the receipt is not signed")
                    let isEarly = receipts.contains { $0.entity == entity && $0.time < asked }
                    try CheckFailure.unless(
                        !isEarly,
                        "\(text) was asked for after \(entity) was destroyed, and is lost"
                    )
                }
            }
        }
    }

    private static func expectClean(_ report: InterleavingExplorer.Report) {
        #expect(report.failure == nil && (report.isComplete || !runsLongTests), "\(report)")
        #expect(report.schedules >= 500 && report.schedulesWithKills > 10, "\(report)")
    }

    @Test func aMintAndADestruction() throws {
        let seals = Self.seals([("q", "1"), ("new", "2")])
        Self.expectClean(try Self.explore(before: ["p", "q"], seals, Self.shreds("p")))
    }

    /// Of one scope: a box comes before its destruction, or with a key of its own after it.
    @Test func aBoxAndADestructionOfItsScope() throws {
        let seals = Self.seals([("p", "1"), ("p", "2")])
        let seen = Condition((first: 0, later: 0))
        let report = try Self.explore(before: ["p", "q"], seals, Self.shreds("p")) { store in
            // Those that were destroyed included.
            let count = try store.keyIDs(of: .entity("p")).count
            try CheckFailure.unless(count == 1 || count == 2, "p had \(count) keys")
            seen.withLock { if count == 1 { $0.first += 1 } else { $0.later += 1 } }
        }
        Self.expectClean(report)
        // In some orders all boxes were first, and in some not.
        #expect(seen.withLock { $0.first > 0 && $0.later > 0 })
    }

    @Test func twoMintsOfOneScope() throws {
        let seals = Self.seals([("same", "1")])
        let report = try Self.explore(before: ["p"], seals, seals) { store in
            let count = try store.keyIDs(of: .entity("same")).count
            try CheckFailure.unless(count == 1, "two who asked for one key made \(count)")
        }
        Self.expectClean(report)
    }
}
