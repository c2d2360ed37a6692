internal import Canonical
public import FileSystemSeam
public import Signing

/// A whole journal in one file, to be passed on: its uses, revocations and checkpoints, which verify without the
/// journal.
///
///     {"kind":"approval-use-bundle","version":"v1","records":12,"head":"sha256:…","journal_id":"jrn_…"}
///     {"type":"treeship/approval-use/v1", … ,"record_digest":"sha256:…"}
///     …
///
/// First a line that says how many records follow and what the digest of the last one is; `journal_id` is left out
/// where the journal has none, and `head` is empty where it has no records. Then each record on a line of its own, its
/// stored members in declared form: the bytes that its digest, and every Merkle root above it, are over. Whoever has
/// the bundle can therefore recompute every root and proof.
public struct JournalBundle: Sendable {
    /// How many records it says it has.
    public let recordCount: UInt64
    /// The digest of its last record, as it says; empty when there are none.
    public let head: String
    /// The identifier of the journal that it was exported from; nil where that has none.
    public let journalID: String?
    private let file: any File
    private let firstOffset: Int64
    private let maker: IndexKeyMaker

    private static let kind = "approval-use-bundle"
    private static let version = "v1"
    /// The longest first line, with its line feed.
    private static let firstLineByteMaximum = 1 << 16
    /// What messages call the file.
    private static let name = "the bundle"

    /// Opens a bundle. Nothing but its first line is read.
    ///
    /// - Throws: `.malformedRecord` with index 0 when that is none of a bundle, `.unsupportedFormat` for one of a
    ///   version that is not known, `.io`.
    public init(_ file: any File) throws(JournalError) {
        let line = try Self.firstLine(of: file)
        guard let value = try? JSONValue(parsing: line, options: JSONOptions(integers: .exact64)),
            value["kind"]?.string == Self.kind
        else { throw Self.malformed(0, "its first line is not that of a bundle") }
        guard value["version"]?.string == Self.version else {
            throw .unsupportedFormat(
                path: Self.name,
                found: "a bundle of version \(value["version"]?.string ?? "none")"
            )
        }
        guard case .number(.unsigned(let count))? = value["records"], let head = value["head"]?.string else {
            throw Self.malformed(0, "its first line names no records or no head")
        }
        recordCount = count
        self.head = head
        journalID = value["journal_id"]?.string
        self.file = file
        firstOffset = Int64(line.count + 1)
        maker = IndexKeyMaker(journalID: journalID ?? "")
    }

    /// The first line without its line feed. It comes from anyone, and is looked at before anything of it is known.
    private static func firstLine(of file: any File) throws(JournalError) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: firstLineByteMaximum)
        var count = 0
        do {
            var span = piece.mutableSpan
            count = try file.readFully(into: &span, at: 0)
        } catch {
            throw .io(error, file: name)
        }
        guard let end = Bytes.firstIndex(of: UInt8(ascii: "\n"), in: piece.span, from: 0, to: count) else {
            let isCut = count < firstLineByteMaximum
            throw malformed(
                0,
                isCut ? "it has no first line" : "its first line is not that of a bundle: it is too long"
            )
        }
        return Array(piece[..<end])
    }

    /// The first line; the inverse of ``init(_:)``.
    ///
    /// - Throws: `.invalidArgument` where nobody could read it: another tool may have given the journal any identifier.
    static func firstLine(_ head: JournalHead?, journalID: String?) throws(JournalError) -> [UInt8] {
        var writer = CanonicalWriter(form: .declared)
        writer.beginObject()
        writer.member("kind", kind)
        writer.member("version", version)
        writer.member("records", head?.index ?? 0)
        writer.member("head", head?.digest ?? "")
        writer.member("journal_id", journalID)
        writer.endObject()
        guard let bytes = try? writer.finish() else { preconditionFailure("it holds integers and strings") }
        guard bytes.count < firstLineByteMaximum else {
            throw .invalidArgument(
                member: "journal_id",
                reason:
                    "makes a first line of \(bytes.count + 1) bytes, of which at most \(firstLineByteMaximum) are read; give the "
                    + "journal a shorter one in \(JournalManifest.fileName)"
            )
        }
        return bytes + [UInt8(ascii: "\n")]
    }

    private static func malformed(_ index: UInt64, _ reason: String) -> JournalError {
        .malformedRecord(index: index, file: name, reason: reason)
    }
}

// MARK: - Walking

extension JournalBundle {
    /// Calls `body` with every line, checked and in its place; it ends after the records that the first line counts.
    ///
    /// - Throws: the first failure.
    private func forEachLine(
        _ body: (SegmentWalk.Line, Span<UInt8>) throws(JournalError) -> Void
    ) throws(JournalError) {
        var reader = SegmentLineReader(file, from: firstOffset)
        var verifier = LineVerifier(maker)
        var previous: [UInt8] = []
        var index: UInt64 = 1
        while true {
            let position = RecordPosition(segment: 1, offset: reader.offset)
            let next: SegmentLineReader.Next
            do {
                next = try reader.next()
            } catch {
                throw .io(error, file: Self.name)
            }
            guard case .line(let range) = next else { break }
            let line = reader.buffer.span.extracting(range)
            guard index <= recordCount else {
                throw Self.malformed(index, "it has more records than the \(recordCount) that it counts")
            }
            let read: RecordLine
            do throws(JournalError) {
                read = try verifier.verified(line, at: index, position)
            } catch .malformedRecord(let index, _, let reason) {
                throw Self.malformed(index, reason)
            } catch {
                throw error
            }
            try LineVerifier.checkLink(line, read, at: index, after: previous)
            previous = Bytes.copy(line.extracting(read.digest ?? 0..<0))
            try body(SegmentWalk.Line(index: index, position: position, read: read), line)
            index += 1
        }
        guard try rest(from: reader.offset).isEmpty else {
            throw Self.malformed(index, "it breaks off in the line at byte \(reader.offset)")
        }
        guard index - 1 == recordCount else {
            throw .missingRecord(index: index, evidence: "\(Self.name) counts \(recordCount) records")
        }
        guard String(decoding: previous, as: UTF8.self) == head else {
            throw Self.malformed(
                0,
                "its first line names another last record, \(head.isEmpty ? "none" : head), than the one of the \(recordCount) "
                    + "that follow"
            )
        }
    }

    private func rest(from offset: Int64) throws(JournalError) -> [UInt8] {
        do {
            var byte: [UInt8] = [0]
            var span = byte.mutableSpan
            return try file.read(into: &span, at: offset) == 0 ? [] : byte
        } catch {
            throw .io(error, file: Self.name)
        }
    }

    /// Calls `body` with every record, until it returns false.
    func forEachRecord(_ body: (StoredRecord) throws(JournalError) -> Bool) throws(JournalError) {
        var isDone = false
        try forEachLine { (line, bytes) throws(JournalError) in
            if isDone { return }
            let copy = Bytes.copy(bytes)
            let record: JournalRecord
            do {
                record = try RecordLine.record(copy)
            } catch {
                throw Self.malformed(line.index, "\(error)")
            }
            isDone = try !body(StoredRecord(index: line.index, record: record, bytes: copy))
        }
    }

    private func root(ofFirst size: UInt64) throws(JournalError) -> Digest {
        var tree = MerkleAccumulator()
        try forEachLine { (line, bytes) throws(JournalError) in if line.index <= size { tree.add(bytes) } }
        return tree.root
    }

    /// Walks everything, and stops at the first failure, which is in the report, not thrown: digests, chain, the count
    /// and the head that the first line names, roots of checkpoints, and what a valid chain can hold although it should
    /// not.
    ///
    /// - Parameters:
    ///   - anchor: what the caller has seen of the journal before.
    ///   - note: the same as a log states it: the first so many records must have that root.
    ///   - trustedHubKeys: whose signatures make a checkpoint evidence; with any, one by one of them must be there, and
    ///     ``VerificationReport/vouchedUpTo`` says how far they vouch.
    ///   - clockToleranceSeconds: how far a record's time may lie before that of the one it follows.
    ///   - progress: told how many records are done.
    /// - Throws: `.io`.
    /// - Complexity: O(*n*): of checkpoints whose ranges overlap and begin at different records, 32 at a time are
    ///   recomputed, those that a trusted key signed first. The others are findings.
    public func verify(
        anchor: JournalAnchor? = nil,
        note: CheckpointBody? = nil,
        trustedHubKeys: [VerifyingKey] = [],
        clockToleranceSeconds: Int64 = 300,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> VerificationReport {
        var report = VerificationReport()
        var audit = SegmentAudit(maker, clockToleranceSeconds: clockToleranceSeconds)
        var anchored: JournalHead?
        do throws(JournalError) {
            try forEachLine { (line, bytes) throws(JournalError) in
                if line.index % 1024 == 0 { progress?(WorkProgress(completed: line.index, total: recordCount)) }
                audit.apply(line, bytes)
                report.recordCount = line.index
                let head = JournalHead(line, bytes)
                report.head = head
                if line.index == anchor?.index { anchored = head }
            }
        } catch {
            guard let failure = VerificationFailure(error, message: error.descriptionOfBundle) else { throw error }
            report.failures.append(failure)
        }
        if report.failures.isEmpty {
            if let anchor { report.check(anchor) { _ in anchored } }
            report.findings = audit.findings
            var roots = MerkleAudit(audit.checkpoints, trusting: trustedHubKeys)
            if roots.lastIndex > 0 {
                try forEachLine { (line, bytes) throws(JournalError) in roots.apply(line.index, leaf: Bytes.copy(bytes))
                }
            }
            report.add(roots)
            if let note { try report.check(note) { (size) throws(JournalError) in try root(ofFirst: size) } }
            report.requireVouching(by: trustedHubKeys)
        }
        progress?(WorkProgress(completed: report.recordCount, total: recordCount))
        return report
    }
}
