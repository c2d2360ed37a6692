import Journal
import TestSupport
import Testing

@Suite("Random sequences of operations agree with a simple model")
struct RandomOperationTests {
    /// What happened, and nothing clever.
    private struct Model {
        struct Use {
            let id: String
            let grant: String
            let nonce: String
            let actor: String
            let maximum: UInt32?
            let key: String?
        }

        var uses: [Use] = []
        var revoked: Set<String> = []

        func count(_ grant: String) -> Int { uses.filter { $0.grant == grant }.count }
        func count(_ grant: String, _ nonce: String) -> Int {
            uses.filter { $0.grant == grant && $0.nonce == nonce }.count
        }
        func maximum(_ grant: String, _ nonce: String) -> UInt32? {
            uses.last { $0.grant == grant && $0.nonce == nonce && $0.maximum != nil }?.maximum
        }

        /// What reserving should give: the code of an error, the id of an existing use, or nil for a new one.
        func expected(_ use: Use, perGrant: UInt32?) -> (code: String?, existing: String?) {
            if let key = use.key, let before = uses.first(where: { $0.grant == use.grant && $0.key == key }) {
                let isSame = before.nonce == use.nonce && before.actor == use.actor
                return isSame ? (nil, before.id) : ("idempotency_conflict", nil)
            }
            if revoked.contains(use.grant) { return ("grant_revoked", nil) }
            if let limit = use.maximum ?? maximum(use.grant, use.nonce), count(use.grant, use.nonce) >= Int(limit) {
                return ("uses_exhausted", nil)
            }
            if let perGrant, count(use.grant) >= Int(perGrant) { return ("uses_exhausted", nil) }
            return (nil, nil)
        }
    }

    private static let grants = ["g.1", "g:1", "grant"]
    private static let nonces = ["n1", "n2", "n3"]

    @Test(arguments: JournalFormat.allCases, 1...5 as ClosedRange<UInt64>)
    func agreeing(format: JournalFormat, seed: UInt64) throws {
        try agree(
            TestJournal(format, in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk),
            seed,
            steps: 40
        )
    }

    /// At sizes at which runs of the index are written and merged all the time, and lost, damaged or replaced by old
    /// ones.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func agreeingWhateverBecomesOfTheIndex(seed: UInt64) throws {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        try agree(TestJournal(.segments, .tiny, in: disk), seed, steps: 120, spoiling: IndexSpoiler())
    }

    private func agree(
        _ journal: TestJournal,
        _ seed: UInt64,
        steps: Int,
        spoiling spoiler: IndexSpoiler? = nil
    ) throws {
        var random = SplitMix64(seed: seed)
        var spoiler = spoiler
        var handle = journal.open()
        try handle.create()
        var model = Model()
        for step in 0..<steps {
            if Int.random(in: 0..<4, using: &random) == 0 { try spoiler?.spoil(journal, &random) }
            switch Int.random(in: 0..<20, using: &random) {
            case 0: try? journal.remove("indexes")
            case 1: try? journal.remove("heads/current.json")
            case 2: handle = journal.open()
            case 3: _ = try handle.rebuildIndexes()
            case 4: _ = try handle.append(checkpoint(to: UInt64(step + 1)))
            case 5 where step > 20:
                let grant = Self.grants.randomElement(using: &random)!
                _ = try handle.append(revocation(of: grant))
                model.revoked.insert(grant)
            default: try reserve(handle, &model, &random, "seed \(seed) step \(step)")
            }
            try compare(journal, handle, model, "seed \(seed) step \(step)")
        }
        #expect(model.uses.count > 5)
    }

    private func reserve(
        _ handle: ApprovalJournal,
        _ model: inout Model,
        _ random: inout SplitMix64,
        _ place: String
    ) throws {
        let id = "use_\(random.next())"
        let wanted = Model.Use(
            id: id,
            grant: Self.grants.randomElement(using: &random)!,
            nonce: Self.nonces.randomElement(using: &random)!,
            actor: ["a", "b"].randomElement(using: &random)!,
            maximum: [nil, 0, 1, 2, 5].randomElement(using: &random)!,
            key: [nil, nil, "k1", "k2"].randomElement(using: &random)!
        )
        let perGrant: UInt32? = [nil, nil, 3, 6].randomElement(using: &random)!
        let expected = model.expected(wanted, perGrant: perGrant)
        var reservation: Reservation?
        let error = try journalError {
            reservation = try handle.reserve(
                use(wanted.grant, nonce: wanted.nonce, id: id, actor: wanted.actor, key: wanted.key),
                maximumUses: wanted.maximum,
                perGrant: perGrant
            )
        }
        #expect(error?.code == expected.code, "\(place)")
        guard let reservation else { return }
        #expect(reservation.useID == expected.existing ?? id, "\(place)")
        #expect(reservation.isExisting == (expected.existing != nil), "\(place)")
        if expected.existing == nil {
            #expect(Int(reservation.useNumber) == model.count(wanted.grant) + 1, "\(place)")
            model.uses.append(wanted)
        }
    }

    private func compare(
        _ journal: TestJournal,
        _ handle: ApprovalJournal,
        _ model: Model,
        _ place: String
    ) throws {
        let report = try journal.open().verifyIntegrity()
        #expect(report.isIntact, "\(place)")
        // Checkpoints are appended with made-up roots.
        #expect(report.findings.filter { $0.kind != .merkleMismatch } == [], "\(place)")
        for grant in Self.grants {
            let ids = try handle.uses(forGrant: grant).map(\.record.id)
            #expect(ids == model.uses.filter { $0.grant == grant }.map(\.id), "\(place)")
            for nonce in Self.nonces {
                let check = try handle.checkReplay(grant: grant, nonceDigest: digest(nonce))
                let count = model.count(grant, nonce)
                let maximum = model.maximum(grant, nonce)
                let isRevoked = model.revoked.contains(grant)
                #expect(check.useNumber == UInt32(count + 1), "\(place)")
                #expect(check.maximumUses == maximum, "\(place)")
                #expect(check.isRevoked == isRevoked, "\(place)")
                #expect(check.passed == (!isRevoked && (maximum.map { count < Int($0) } ?? true)), "\(place)")
            }
        }
    }
}
