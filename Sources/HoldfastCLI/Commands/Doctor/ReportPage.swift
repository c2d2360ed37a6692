/// A page about a store: one file, no scripts, no network, readable on a phone.
struct ReportPage {
    private let examination: StoreExamination
    private let writtenAt: String

    /// How a page begins, one of the crash explorer, too.
    static let beginning = "<!doctype html>"

    init(_ examination: StoreExamination, writtenAt: String) {
        self.examination = examination
        self.writtenAt = writtenAt
    }

    /// The whole page.
    var html: String {
        let title = "\(examination.store) \(examination.path)"
        return """
            \(Self.beginning)
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width,initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(Self.escaped(title))</title><style>
            \(Self.style)
            </style></head><body>
            <header><p>\(Self.escaped(examination.store))</p><h1>\(Self.escaped(examination.path))</h1></header>
            <p class="\(examination.isSound ? "sound" : "damaged")">\(Self.escaped(examination.verdict))</p>
            \(findings)
            <section><h2>What it is</h2><dl>
            \(facts)
            </dl></section>
            \(examination.tables.map(table).joined(separator: "\n"))
            <footer>Written by holdfast report at \(Self.escaped(writtenAt)).</footer>
            </body></html>

            """
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1d2433;--dim:#5b6478;--line:#d9dee8;--paper:#fff;--good:#1b6e3c;--bad:#b3261e}
        @media(prefers-color-scheme:dark){:root{--ink:#e4e8f0;--dim:#9aa4b8;--line:#333b4a;--paper:#14181f;--good:#6fcf97;
        --bad:#ff8a80}}
        *{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;
        color:var(--ink);background:var(--paper);overflow-wrap:anywhere}h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;
        margin:2rem 0 .5rem}header p,footer,.remedy,td.place{color:var(--dim)}header p{margin:0}footer{margin-top:3rem;
        font-size:.85rem}.sound,.damaged{font-weight:600;font-size:1.2rem;border-left:.4rem solid;padding:.3rem .8rem}
        .sound{color:var(--good)}.damaged{color:var(--bad)}.finding{border:1px solid var(--line);border-left:.4rem solid
        var(--line);border-radius:.3rem;padding:.5rem .8rem;margin:.6rem 0}.finding.damage{border-left-color:var(--bad)}
        .finding p{margin:.2rem 0}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}dt{
        color:var(--dim)}dd{margin:0;font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}table{border-collapse:collapse;
        width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px
        solid var(--line);vertical-align:top}th{color:var(--dim);font-weight:500}td.bar{width:35%;min-width:6rem}
        td.bar span{display:block;height:.8rem;margin-top:.35rem;background:var(--good);border-radius:.2rem;min-width:1px}
        @media(max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
        """

    private var findings: String {
        if examination.findings.isEmpty { return "" }
        var body = "<section><h2>What was found</h2>\n"
        for finding in examination.findings {
            body += "<div class=\"finding \(finding.severity.rawValue)\">"
            body += "<p><strong>\(Self.escaped(finding.place))</strong>: \(Self.escaped(finding.message))</p>"
            body += "<p class=\"remedy\">\(Self.escaped(finding.remedy))</p></div>\n"
        }
        let listed = examination.findings.filter { $0.severity == .damage }.count
        if examination.damageCount > listed {
            body += "<p>And \(examination.damageCount - listed) more places that are damaged.</p>\n"
        }
        return body + "</section>"
    }

    private var facts: String {
        examination.facts.map { "<dt>\(Self.escaped($0.name))</dt><dd>\(Self.escaped($0.value))</dd>" }
            .joined(separator: "\n")
    }

    private func table(_ table: StoreExamination.Table) -> String {
        var body = "<section><h2>\(Self.escaped(table.title))</h2><div class=\"scroll\"><table>\n<tr>"
        for column in table.columns { body += "<th>\(Self.escaped(column))</th>" }
        if table.weights != nil { body += "<th></th>" }
        body += "</tr>\n"
        let highest = max(1, table.weights?.max() ?? 1)
        for (place, row) in table.rows.enumerated() {
            body += "<tr>" + row.map { "<td>\(Self.escaped($0))</td>" }.joined()
            if let weights = table.weights {
                let percent = Double(weights[place]) / Double(highest) * 100
                body += "<td class=\"bar\"><span style=\"width:\(Self.decimal(percent))%\"></span></td>"
            }
            body += "</tr>\n"
        }
        body += "</table></div>"
        if !table.note.isEmpty { body += "<p class=\"remedy\">\(Self.escaped(table.note))</p>" }
        return body + "</section>"
    }

    /// With one digit behind the point.
    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Text that a browser shows as it is: no markup, nothing invisible.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in Printable.escaped(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
