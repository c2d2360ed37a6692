import Canonical
import FileSystemSeam
import KeyStore
import Testing

@Suite("A look at a key store without its root key")
struct SurveyTests {
    private func survey(_ keys: TestKeys) throws(KeyStoreError) -> KeysetSurvey {
        try ScopedKeyStore.survey(TestKeys.path, fileSystem: keys.fileSystem)
    }

    @Test(arguments: [1, 4096]) func itCountsWhatTheStoreCounts(recordMaximum: Int) throws {
        let keys = try TestKeys()
        let store = try keys.open(options: KeyStoreOptions(journalRecordMaximum: recordMaximum))
        for entity in ["a", "b", "c"] { _ = try store.seal("x", for: entity) }
        try store.rotate(.entity("a"))
        try store.rotate(.entity("b"))
        _ = try store.shred(.entity("a"), reason: "r")
        _ = try store.seal("x", for: "a")
        let found = try survey(keys)
        let records = try store.keyRecords()
        for state in KeyRecord.State.allCases {
            #expect(found.keyCounts[state] ?? 0 == records.count { $0.state == state }, "\(state)")
        }
        #expect(found.findings.isEmpty && found.receiptCount == 1)
        #expect(try found.position == store.position())
        #expect(found.granularity == .entity && found.rootKind == "key-file")
        #expect(try store.receipt(1).store == found.store && store.receipt(1).publicKey == found.publicKey)
        #expect(try ScopedKeyStore.granularity(of: TestKeys.path, fileSystem: keys.fileSystem) == .entity)
    }

    /// Destruction is interrupted at every operation; what the look says of it is what the store does.
    @Test func aPendingDestructionIsSeen() throws {
        var seen = false
        for occurrence in 1...8 {
            let keys = try TestKeys()
            let store = try keys.open()
            for entity in ["a", "b"] { _ = try store.seal("x", for: entity) }
            keys.disk.faults = .on(.sync, occurrence, .error(.inputOutput))
            // Some failures are made good within the call.
            _ = try? store.shred(.entity("a"), reason: "r")
            keys.disk.faults = FaultPlan()
            let findings = try survey(keys).findings
            let isPending = findings.contains(.destructionPending)
            if isPending { seen = true }
            _ = try keys.open()
            #expect(try survey(keys).findings.isEmpty, "\(occurrence): \(findings)")
        }
        #expect(seen)
    }

    /// What only the root key can verify may pass; nothing crashes, and what is said to be wrong is.
    @Test func flippedBytesAreSurvived() throws {
        let keys = try TestKeys()
        let store = try keys.open()
        for entity in ["a", "b"] { _ = try store.seal("x", for: entity) }
        _ = try store.shred(.entity("a"), reason: "r")
        store.close()
        let checkpoint = try keys.read("keyset")
        for offset in stride(from: 0, to: checkpoint.count, by: 7) {
            var bytes = checkpoint
            bytes[offset] ^= 0x40
            try keys.write(bytes, to: "keyset")
            #expect(throws: KeyStoreError.self, "byte \(offset)") { try survey(keys) }
        }
        try keys.write(checkpoint, to: "keyset")
        let name = try keys.journalName()
        let journal = try keys.read(name)
        for offset in stride(from: 0, to: journal.count, by: 13) {
            var bytes = journal
            bytes[offset] ^= 0x40
            try keys.write(bytes, to: name)
            let findings = try survey(keys).findings
            let isFramed = offset % 512 < 4 || (8..<80).contains(offset % 512)
            if isFramed { #expect(!findings.isEmpty, "byte \(offset)") }
        }
        try keys.write(journal, to: name)
        #expect(try survey(keys).findings.isEmpty)
    }

    /// Numbers that only the root key could vouch for; the checkpoint's digest is right.
    @Test func aHostileHeaderTrapsNobody() throws {
        let keys = try TestKeys()
        let store = try keys.open()
        _ = try store.seal("x", for: "a")
        _ = try store.shred(.entity("a"), reason: "r")
        store.close()
        let checkpoint = try keys.read("keyset")
        func write(_ value: UInt64, at offset: Int) throws {
            var bytes = checkpoint
            for place in 0..<8 { bytes[offset + place] = UInt8(truncatingIfNeeded: value >> UInt64(8 * place)) }
            bytes.replaceSubrange((bytes.count - 32)..., with: Digest(hashing: Array(bytes.dropLast(32))).bytes)
            try keys.write(bytes, to: "keyset")
        }
        // The sequence: no record can follow.
        try write(.max, at: 40)
        let name = try keys.journalName()
        let journal = try keys.read(name)
        #expect(!(try survey(keys).findings.isEmpty))
        // Nor one whose number begins anew.
        var record = journal
        for place in 32..<40 { record[place] = 0 }
        try keys.write(record, to: name)
        #expect(!(try survey(keys).findings.isEmpty))
        try keys.write(journal, to: name)
        // Receipts: of very many that are missing the first are told.
        try keys.write([], to: name)
        try write(.max, at: 56)
        let findings = try survey(keys).findings
        #expect((1_000...1_010).contains(findings.count))
        for offset in stride(from: 32, to: 120, by: 8) {
            for value: UInt64 in [.max, 1 << 63, (1 << 63) - 1] {
                try write(value, at: offset)
                _ = try? survey(keys)
            }
        }
    }

    /// Adds a record that only the root key would tell from one of the store.
    private static func forge(_ type: UInt8, _ payload: [UInt8], in journal: inout [UInt8]) {
        let last = Array(journal.suffix(512))
        var record = last
        record[4] = type
        for place in 32..<40 {
            record[place] &+= 1
            if record[place] != 0 { break }
        }
        record.replaceSubrange(48..<80, with: last[480...])
        record.replaceSubrange(80..<480, with: payload + [UInt8](repeating: 0, count: 400 - payload.count))
        journal += record
    }

    /// Nothing in it is signed, but the order of a destruction is known: opening the store would refuse these, too.
    @Test func recordsThatDoNotFollowAreDamage() throws {
        let keys = try TestKeys()
        let store = try keys.open()
        for entity in ["a", "b"] { _ = try store.seal("x", for: entity) }
        store.close()
        let name = try keys.journalName()
        let journal = try keys.read(name)
        let (intent, tombstone, issued) = (UInt8(5), UInt8(7), UInt8(8))
        let tag = Array(journal.suffix(512).dropFirst(80).prefix(32))
        for (types, isDamage) in [
            ([intent], false), ([intent, intent], true), ([tombstone], true), ([issued], true),
            ([intent, tombstone], true), ([intent, issued], true),
        ] as [([UInt8], Bool)] {
            var bytes = journal
            for type in types { Self.forge(type, type == issued ? [1] : tag, in: &bytes) }
            try keys.write(bytes, to: name)
            let findings = try survey(keys).findings
            let damage = findings.compactMap { finding in
                if case .damagedRecord(name, let offset, _) = finding { offset } else { nil }
            }
            #expect(damage == (isDamage ? [bytes.count - 512] : []), "\(types): \(findings)")
            #expect(findings.contains(.destructionPending) == !isDamage, "\(types)")
        }
    }

    /// Each record takes the same time, however many keys its scope has.
    @Test(.timeLimit(.minutes(1))) func manyKeysOfOneScopeTakeLittleTime() throws {
        let keys = try TestKeys()
        let store = try keys.open()
        _ = try store.seal("x", for: "a")
        store.close()
        let name = try keys.journalName()
        var journal = try keys.read(name)
        let entry = Array(journal.suffix(512).dropFirst(80).prefix(144))
        let count = 40_000
        for _ in 0..<count { Self.forge(4, entry, in: &journal) }
        try keys.write(journal, to: name)
        let found = try survey(keys)
        #expect(found.findings.isEmpty && found.keyCounts == [.current: 1, .retired: count])
    }

    @Test func whatIsNoKeysetIsRefused() throws {
        let keys = try TestKeys()
        for (bytes, code) in [
            ([], "corrupt"), (Array("HOLDKEYS".utf8), "corrupt"),
            (Array("HOLDKEYS".utf8) + [9, 0, 1], "unsupported_version"),
            (Array("HOLDKEYS".utf8) + [1, 0, 9], "corrupt"), (Array("nonsense!!!".utf8), "corrupt"),
        ] as [([UInt8], String)] {
            _ = try keys.fileSystem.openDirectory(TestKeys.path, creating: .ownerDirectory)
            try keys.write(bytes, to: "keyset")
            do {
                _ = try ScopedKeyStore.granularity(of: TestKeys.path, fileSystem: keys.fileSystem)
                Issue.record("\(bytes) was taken")
            } catch {
                #expect(error.code == code)
            }
        }
        #expect(throws: KeyStoreError.keysetMissing(path: "/none", evidence: "a store was expected there")) {
            try ScopedKeyStore.granularity(of: "/none", fileSystem: keys.fileSystem)
        }
        #expect(throws: KeyStoreError.keysetMissing(path: "/none", evidence: "a store was expected there")) {
            try ScopedKeyStore.survey("/none", fileSystem: keys.fileSystem)
        }
    }
}
