internal import Canonical
internal import KeyStore

/// Keys and receipts, as lines for people and as JSON for scripts.
enum KeysReport {
    static func json(_ record: KeyRecord) -> JSONObject {
        var object: JSONObject = [
            "key_id": .string(record.id.description), "scope_tag": .string(Hex.encode(record.scopeTag)),
            "version": .integer(record.version), "state": .string(record.state.rawValue),
            "created": .string(record.created),
        ]
        if let receipt = record.receipt { object["receipt"] = .integer(receipt) }
        return object
    }

    static func table(_ records: [KeyRecord]) -> TextTable {
        var table = TextTable([
            TextTable.Column(heading: "KEY", isCutLast: true), TextTable.Column(heading: "SCOPE"),
            TextTable.Column(heading: "VERSION", isNumber: true), TextTable.Column(heading: "STATE"),
            TextTable.Column(heading: "CREATED", isCutLast: true), TextTable.Column(heading: "RECEIPT", isNumber: true),
        ])
        for record in records {
            table.add([
                record.id.description, String(Hex.encode(record.scopeTag).prefix(16)), String(record.version),
                record.state.rawValue, record.created, record.receipt.map { String($0) } ?? "",
            ])
        }
        return table
    }

    /// What a destruction did, and what it does not reach.
    static func lines(_ receipt: ShredReceipt, _ style: TextStyle) -> [String] {
        let keys = receipt.keyIDs.count == 1 ? "1 key" : "\(receipt.keyIDs.count) keys"
        var table = TextTable([TextTable.Column(heading: ""), TextTable.Column(heading: "")])
        table.add(["time", receipt.time])
        if !receipt.reason.isEmpty { table.add(["reason", receipt.reason]) }
        table.add(["assurance", receipt.assurance.name])
        table.add(["not covered", receipt.residualRisks.names.joined(separator: ", ")])
        return ["\(style.good("destroyed:")) \(keys), receipt \(receipt.number)"]
            + table.lines(withHeading: false, style: style).map { "  \($0)" }
    }

    static func json(_ verification: ErasureVerification, of receipt: ShredReceipt) -> JSONObject {
        [
            "ok": .bool(verification.isErased), "receipt": .integer(receipt.number),
            "key_ids": .array(receipt.keyIDs.map { .string($0.description) }), "time": .string(receipt.time),
            "assurance": .string(receipt.assurance.name),
            "residual_risks": .array(receipt.residualRisks.names.map { .string($0) }),
            "findings": .array(verification.findings.map { .object(json($0)) }),
        ]
    }

    private static func json(_ finding: ErasureVerification.Finding) -> JSONObject {
        var object: JSONObject = ["kind": .string(finding.code)]
        switch finding {
        case .keyAlive(let id), .keyUnknown(let id): object["key_id"] = .string(id.description)
        case .secretAlive(let generation): object["generation"] = .integer(generation)
        case .leftover(let file): object["file"] = .string(file)
        case .otherStore, .signatureInvalid, .unknownReceipt, .otherReceipt, .keysetOlder: break
        }
        return object
    }

    static func lines(
        _ verification: ErasureVerification,
        of receipt: ShredReceipt,
        _ style: TextStyle
    ) -> [String] {
        if verification.isErased {
            let keys = receipt.keyIDs.count == 1 ? "the key" : "the \(receipt.keyIDs.count) keys"
            let verb = receipt.keyIDs.count == 1 ? "is" : "are"
            return [
                "\(style.good("erased:")) \(keys) of receipt \(receipt.number) \(verb) no longer in the keyset (assurance: "
                    + "\(receipt.assurance.name))",
                "  not covered: \(receipt.residualRisks.names.joined(separator: ", "))",
            ]
        }
        return ["\(style.bad("not erased:")) receipt \(receipt.number) does not hold"]
            + verification.findings.map { "  \(Printable.escaped(text($0)))" }
    }

    private static func text(_ finding: ErasureVerification.Finding) -> String {
        switch finding {
        case .otherStore: "it is of another store"
        case .signatureInvalid: "this store did not sign it"
        case .unknownReceipt: "the store issued fewer receipts: its keyset was put back to an older state"
        case .otherReceipt: "the store issued another one: a copy of the store that went on by itself issued this"
        case .keyAlive(let id): "key \(id) is in the keyset"
        case .keyUnknown(let id): "key \(id) is not in the keyset, not even as destroyed"
        case .keysetOlder: "the keyset is older than the one that the destruction left"
        case .secretAlive(let generation):
            "the root key has a secret of generation \(generation), which opens old copies of the keyset"
        case .leftover(let file): "\(file) of an older generation is there"
        }
    }
}
