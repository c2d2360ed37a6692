internal import Canonical
internal import Journal

/// What a journal holds, as lines for people and as JSON for scripts.
enum JournalText {
    /// `passed: …` or `refused: …` with the journal's own words.
    static func verdict(_ check: ReplayCheck, _ style: TextStyle) -> String {
        let word = check.passed ? style.good("passed:") : style.bad("refused:")
        return "\(word) \(Printable.escaped(check.details))"
    }

    /// A found use, a line for each member that is there.
    static func lines(_ found: FoundUse, _ style: TextStyle) -> [String] {
        let use = found.use
        var rows: [(String, String?)] = [
            ("use", use.useID), ("record", String(found.record.index)), ("grant", use.grantID),
            ("grant digest", use.grantDigest), ("nonce digest", use.nonceDigest),
            ("use of grant", String(use.useNumber)), ("use of nonce", String(found.nonceUseNumber)),
        ]
        rows += [
            ("max uses", use.maximumUses.map { String($0) }), ("actor", use.actor), ("action", use.action),
            ("subject", use.subject), ("session", use.sessionID), ("idempotency key", use.idempotencyKey),
            ("created at", use.createdAt), ("expires at", use.expiresAt), ("digest", use.recordDigest),
        ]
        var table = TextTable([TextTable.Column(heading: ""), TextTable.Column(heading: "")])
        for case (let name, let value?) in rows { table.add([name, value]) }
        return table.lines(withHeading: false, style: style) + [verdict(found.replay, style)]
    }

    /// Records of any kind as a table.
    static func table(_ records: [StoredRecord]) -> TextTable {
        var table = TextTable([
            TextTable.Column(heading: "INDEX", isNumber: true), TextTable.Column(heading: "KIND"),
            TextTable.Column(heading: "USE", isNumber: true), TextTable.Column(heading: "GRANT"),
            TextTable.Column(heading: "WHO"), TextTable.Column(heading: "WHAT"),
            TextTable.Column(heading: "CREATED", isCutLast: true), TextTable.Column(heading: "ID", isCutLast: true),
        ])
        for record in records { table.add(cells(record)) }
        return table
    }

    private static func cells(_ stored: StoredRecord) -> [String] {
        let record = stored.record
        let start = [String(stored.index)]
        let end = [record.createdAt, record.id]
        switch record {
        case .use(let use):
            let what = "\(use.action) \(use.subject)"
            return start + ["use", String(use.useNumber), use.grantID, use.actor, what] + end
        case .revocation(let revocation):
            return start + ["revocation", "", revocation.grantID, revocation.revoker, revocation.reason ?? ""] + end
        case .checkpoint(let checkpoint):
            let range = "records \(checkpoint.fromRecordIndex) to \(checkpoint.toRecordIndex)"
            return start + ["checkpoint", "", "", checkpoint.hubID, range] + end
        }
    }

    /// The stored record as a value.
    static func json(_ record: StoredRecord) throws(CommandFailure) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: record.bytes, options: JSONOptions(integers: .exact64))
        } catch {
            throw .malformed(error, in: "record \(record.index)")
        }
    }

    /// The answer as a value.
    static func json(_ check: ReplayCheck) -> JSONValue {
        var object: JSONObject = ["level": .string(check.level.rawValue)]
        if let number = check.useNumber { object["use_number"] = .integer(number) }
        if let maximum = check.maximumUses { object["max_uses"] = .integer(maximum) }
        object["passed"] = .bool(check.passed)
        if check.isRevoked { object["revoked"] = .bool(true) }
        object["details"] = .string(check.details)
        return .object(object)
    }
}
