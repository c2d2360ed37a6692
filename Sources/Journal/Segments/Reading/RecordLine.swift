@_spi(Bytes) internal import Canonical

/// One line of a segment: a record's declared bytes with its digest filled in, and a line feed.
///
///     {"type":"treeship/approval-use/v1","use_id":"use_…", … ,"record_digest":"sha256:…"}\n
///
/// Understood as far as a journal needs for every record: where the digests stand, and what the index is asked for.
/// Nothing is copied out of the line.
struct RecordLine: Sendable {
    let kind: RecordKind
    private let digestPlace: Place
    private let previousPlace: Place
    private let createdAtPlace: Place
    let content: Content

    /// The text of `record_digest`, without its quotes; nil when the member is missing.
    var digest: Range<Int>? { digestPlace.range }
    /// The text of `previous_record_digest`; nil when the member is missing.
    var previous: Range<Int>? { previousPlace.range }
    /// The text of `created_at`.
    var createdAt: Range<Int> { createdAtPlace.range ?? 0..<0 }

    private init(
        kind: RecordKind,
        digest: Range<Int>?,
        previous: Range<Int>?,
        createdAt: Range<Int>,
        content: Content
    ) {
        self.kind = kind
        digestPlace = Place(digest)
        previousPlace = Place(previous)
        createdAtPlace = Place(createdAt)
        self.content = content
    }

    /// A range of a line, which is no longer than ``SegmentLineReader/lineByteMaximum``, in eight bytes: lines are
    /// many.
    fileprivate struct Place: Sendable {
        private let start: UInt32
        private let end: UInt32

        init(_ range: Range<Int>?) {
            start = range.map { UInt32($0.lowerBound) } ?? .max
            end = range.map { UInt32($0.upperBound) } ?? .max
        }

        var range: Range<Int>? { start == .max ? nil : Int(start)..<Int(end) }
    }

    /// What a record says, as far as it is counted.
    enum Content: Sendable {
        case use(Use)
        case revocation(grant: IndexKey)
        case checkpoint
    }

    /// What a use says.
    struct Use: Sendable {
        var grant: IndexKey
        var nonce: IndexKey
        var id: IndexKey
        var idempotencyKey: IndexKey?
        var useNumber: UInt32
        var maximumUses: UInt32?
        fileprivate var grantName: GrantName

        /// The grant as a key of revocations. Made when it is asked for, as most journals have none.
        func revocation(_ line: Span<UInt8>, _ maker: IndexKeyMaker) -> IndexKey {
            switch grantName {
            case .text(let place): maker.key(.revokedGrant, line.extracting(place.range ?? 0..<0))
            case .key(let key): key
            }
        }
    }

    /// Where a grant is told: as it stands in the line, or else as a key.
    fileprivate enum GrantName: Sendable {
        case text(Place)
        case key(IndexKey)
    }

    /// Why a line is no record.
    enum Problem: Error {
        case unknownKind(String)
        case malformed(String)
    }
}

extension RecordLine {
    /// Reads a line without its line feed.
    ///
    /// The members of a kind in their order, in plain text, are read as they stand; anything else goes the long way,
    /// through the parser.
    init(
        _ line: Span<UInt8>,
        _ maker: IndexKeyMaker,
        _ layouts: RecordLayout.Both,
        scratch: inout MemberRanges
    ) throws(Problem) {
        if let plain = Self.plain(line, maker, layouts, &scratch) {
            self = plain
        } else {
            try self.init(parsing: line, maker)
        }
    }

    private static func plain(
        _ line: Span<UInt8>,
        _ maker: IndexKeyMaker,
        _ layouts: RecordLayout.Both,
        _ scratch: inout MemberRanges
    ) -> RecordLine? {
        let layout = layouts.use
        if layout.begins(line) {
            guard layout.scan(line, &scratch), let number: UInt32 = scratch.integer(RecordLayout.useNumber, line) else {
                return nil
            }
            var maximum: UInt32?
            if scratch.isPresent(RecordLayout.maximumUses) {
                guard let read: UInt32 = scratch.integer(RecordLayout.maximumUses, line) else { return nil }
                maximum = read
            }
            let grant = line.extracting(scratch[RecordLayout.useGrant])
            let key: IndexKey? =
                scratch.isPresent(RecordLayout.idempotencyKey)
                ? maker.key(
                    .idempotencyKey,
                    grant: grant,
                    line.extracting(scratch[RecordLayout.idempotencyKey])
                ) : nil
            let use = Use(
                grant: maker.key(.grant, grant),
                nonce: maker.key(.nonce, grant: grant, line.extracting(scratch[RecordLayout.nonce])),
                id: maker.key(.useID, line.extracting(scratch[RecordLayout.useID])),
                idempotencyKey: key,
                useNumber: number,
                maximumUses: maximum,
                grantName: .text(Place(scratch[RecordLayout.useGrant]))
            )
            return RecordLine(
                kind: .approvalUse,
                digest: scratch[RecordLayout.useDigest],
                previous: scratch[RecordLayout.usePrevious],
                createdAt: scratch[RecordLayout.useTime],
                content: .use(use)
            )
        }
        let other = layouts.revocation
        guard other.begins(line), other.scan(line, &scratch) else { return nil }
        return RecordLine(
            kind: .approvalRevocation,
            digest: scratch[RecordLayout.revocationDigest],
            previous: scratch[RecordLayout.revocationPrevious],
            createdAt: scratch[RecordLayout.revocationTime],
            content: .revocation(
                grant: maker.key(.revokedGrant, line.extracting(scratch[RecordLayout.revokedGrant]))
            )
        )
    }
}

// MARK: - The long way

extension RecordLine {
    /// Reads a line with the parser: members that are not known, escapes, text that is not ASCII.
    private init(parsing line: Span<UInt8>, _ maker: IndexKeyMaker) throws(Problem) {
        let bytes = Bytes.copy(line)
        let reader = try Self.reader(bytes)
        let record = try Self.record(reader)
        // One record has one spelling; else its digest would depend on who wrote it.
        guard reader.document.canonicalBytes(.declared) == bytes else {
            throw .malformed("it is not in declared form")
        }
        self.init(
            kind: record.kind,
            digest: reader.rangeOfString("record_digest"),
            previous: reader.rangeOfString("previous_record_digest"),
            createdAt: reader.rangeOfString("created_at") ?? 0..<0,
            content: Content(record, maker)
        )
    }

    /// The whole record that a line holds.
    static func record(_ line: [UInt8]) throws(Problem) -> JournalRecord {
        try record(reader(line))
    }

    private static func reader(_ bytes: [UInt8]) throws(Problem) -> RecordReader {
        do {
            return try RecordReader(parsing: bytes)
        } catch {
            throw .malformed("\(error)")
        }
    }

    private static func record(_ reader: borrowing RecordReader) throws(Problem) -> JournalRecord {
        do {
            let type = try reader.string("type")
            guard let kind = RecordKind.allCases.first(where: { ExactText.isSame($0.typeName, type) }) else {
                throw Problem.unknownKind(type)
            }
            return try JournalRecord(kind: kind, reading: reader)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .malformed("\(error)")
        }
    }
}

extension RecordLine.Use {
    /// What a use says, as far as it is counted.
    init(_ use: ApprovalUse, _ maker: IndexKeyMaker) {
        self.init(
            grant: maker.key(.grant, use.grantID),
            nonce: maker.key(.nonce, grant: use.grantID, use.nonceDigest),
            id: maker.key(.useID, use.useID),
            idempotencyKey: use.idempotencyKey.map { maker.key(.idempotencyKey, grant: use.grantID, $0) },
            useNumber: use.useNumber,
            maximumUses: use.maximumUses,
            grantName: .key(maker.key(.revokedGrant, use.grantID))
        )
    }
}

extension RecordLine.Content {
    /// What a record says, as far as it is counted.
    init(_ record: JournalRecord, _ maker: IndexKeyMaker) {
        self =
            switch record {
            case .use(let use): use.content(maker)
            case .revocation(let revocation): revocation.content(maker)
            case .checkpoint(let checkpoint): checkpoint.content(maker)
            }
    }
}
