internal import FileSystemSeam

/// The runs of an index that together cover the first records of a journal, oldest first.
struct IndexRuns: Sendable {
    private(set) var all: [IndexRun] = []
    /// Which file does not say what it should; from then on nothing is asked of the runs.
    private(set) var damage: IndexDamage?
    /// Where pages are read to; nothing where there is none to read, as in most journals that are opened.
    private var scratch: [UInt8] = []

    init(_ runs: [IndexRun] = []) {
        all = runs
        if !runs.isEmpty { scratch = [UInt8](repeating: 0, count: IndexPage.byteCount) }
    }

    var last: IndexRun? { all.last }

    /// The last record that they cover; 0 for none.
    var lastIndex: UInt64 { all.last?.header.last ?? 0 }

    /// Notes that what they say is not what the records say.
    mutating func blame() { damage = IndexDamage(file: IndexRun.directoryName) }

    /// What the uses of a grant or nonce add up to that they cover.
    mutating func totals(_ key: IndexKey) throws(IndexDamage) -> UseTotals {
        do throws(IndexDamage) {
            // The latest use knows of all before it.
            for run in all.reversed() {
                guard let index = try run.find(key, &scratch) else { continue }
                let state = try run.state(of: index, &scratch)
                guard state.isUse else { throw run.damage }
                return UseTotals(state, of: key, at: index)
            }
            return UseTotals()
        } catch {
            damage = error
            throw error
        }
    }

    /// The first record that a key stands for.
    mutating func first(_ key: IndexKey) throws(IndexDamage) -> UInt64? {
        do {
            for run in all where !(key.isRevocation && run.header.revocationCount == 0) {
                if let index = try run.find(key, &scratch) { return index }
            }
            return nil
        } catch {
            damage = error
            throw error
        }
    }

    /// The state of a record; nil when they do not cover it.
    mutating func state(of index: UInt64) throws(IndexDamage) -> RecordState? {
        do {
            for run in all.reversed() where run.header.first <= index && index <= run.header.last {
                return try run.state(of: index, &scratch)
            }
            return nil
        } catch {
            damage = error
            throw error
        }
    }
}

/// The files of an index, as they are found.
struct IndexListing {
    /// Those that are used: each begins where the one before ends, the first with the first record.
    private(set) var runs: [IndexRun] = []
    /// The names of files that are not used.
    private(set) var others: [String] = []
    /// The names of all files but the watermark's copy.
    var names: [String] { runs.map(\.name) + others }
    /// What any whole file of this journal names, used or not: evidence of a record.
    private(set) var evidence: [IndexEvidence] = []

    /// None.
    init() {}

    /// Lists the index of the journal in a directory.
    ///
    /// - Parameter cache: keeps pages of the runs; nil when they are read from beginning to end.
    init(of journal: any Directory, _ maker: IndexKeyMaker, _ cache: PageCache? = nil) throws(JournalError) {
        var names: [String] = []
        var found: [IndexRun] = []
        do {
            let directory = try journal.subdirectory(IndexRun.directoryName)
            for _ in 0..<Self.attemptMaximum {
                names = try directory.entries().map(\.name)
                // A writer may have put another in the place of some meanwhile.
                if Self.open(names, in: directory, maker, cache, &found) { break }
            }
        } catch  where error.code == .noEntry {
            return
        } catch {
            throw .io(error, file: IndexRun.directoryName)
        }
        others = names
        others.removeAll { $0 == WatermarkFile.copyName }
        if found.isEmpty { return }
        evidence = found.map { IndexEvidence($0) }
        choose(found)
        let chosen = Set(runs.map(\.name))
        others.removeAll { chosen.contains($0) }
    }

    private static let attemptMaximum = 8

    /// Opens runs; false when one is gone.
    private static func open(
        _ names: [String],
        in directory: any Directory,
        _ maker: IndexKeyMaker,
        _ cache: PageCache?,
        _ found: inout [IndexRun]
    ) -> Bool {
        found = []
        var isComplete = true
        for name in names where name.hasSuffix(RunHeader.nameSuffix) {
            do {
                if let run = try IndexRun(name, in: directory, maker, cache) { found.append(run) }
            } catch {
                // What cannot be opened or read is as good as not there: it is only a cache.
                if error.code == .noEntry { isComplete = false }
            }
        }
        return isComplete
    }

    /// Takes, from the first record on, always the run that reaches furthest.
    private mutating func choose(_ found: [IndexRun]) {
        var next: UInt64 = 1
        var digest: [UInt8]?
        while true {
            let candidates = found.filter {
                $0.header.first == next && (digest == nil || $0.header.previousDigest == digest)
            }
            guard let best = candidates.max(by: { $0.header.last < $1.header.last }) else { return }
            runs.append(best)
            next = best.header.last + 1
            digest = best.header.lastDigest
        }
    }
}

/// A record that an index file names.
struct IndexEvidence: Sendable, Hashable {
    let index: UInt64
    /// The record's digest; its 32 bytes.
    let digest: [UInt8]
    let file: String

    init(_ run: IndexRun) {
        index = run.header.last
        digest = run.header.lastDigest
        file = "\(IndexRun.directoryName)/\(run.name)"
    }
}
