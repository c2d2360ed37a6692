internal import Canonical
internal import FileSystemSeam

extension CrashReport {
    /// The report as one self-contained page: counts, then for each finding its sentence and a picture with the
    /// operations from left to right, one row a cell, and which changes survived.
    public var html: String {
        let numbers = statistics
        var body = "<h1>Crash exploration under \(Self.escaped(model))</h1>\n"
        body += "<p>\(Self.escaped(numbers.mode)): \(numbers.coveredPoints) of "
        body += "\(numbers.crashPoints) crash points, \(numbers.recoveryPoints) crashes inside recoveries, "
        body += "\(numbers.states) states at \(Int(numbers.statesPerSecond)) a second.</p>\n"
        if let workloadError { body += "<p>The workload ended with: \(Self.escaped("\(workloadError)")).</p>\n" }
        body +=
            isClean
            ? "<p class=\"good\">No promise was broken.</p>\n"
            : "<p>In the pictures the operations stand from left to right, above the cells that they change: green has "
                + "survived, with a black edge because it was synced, and what is hollow and red is lost.</p>\n"
        for (index, finding) in findings.enumerated() {
            body += "<section><h2>\(index + 1). \(Self.escaped(finding.message))</h2>\n"
            body += "<p>\(Self.escaped(finding.sentence))</p>\n"
            body += "<p>Power cut \(Self.escaped(finding.crash)); "
            body += "\(finding.acknowledged) acknowledged. Replay <code>\(Self.escaped(finding.token.description))"
            body += "</code></p>\n" + Self.picture(finding.steps)
            if !finding.recoverySteps.isEmpty {
                body += "<p>Then the recovery was crashed:</p>\n" + Self.picture(finding.recoverySteps)
            }
            body += "</section>\n"
        }
        body += "<h2>Operations</h2>\n<ol>\n"
        for operation in operations { body += "<li value=\"\(operation.number)\">\(Self.line(operation))</li>\n" }
        return """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Crash exploration</title><style>
            body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}
            svg{display:block;max-width:100%;font:11px system-ui,sans-serif}code{word-break:break-all}
            .in{fill:#2e7d32}.out{fill:#fff;stroke:#c62828;stroke-width:2}.durable{fill:#1b5e20;stroke:#000}
            .good{color:#2e7d32}text{fill:#222}line{stroke:#ddd}
            </style></head><body>
            \(body)</ol></body></html>

            """
    }

    private static func line(_ operation: SimOperation) -> String {
        let text = operation.description
        return escaped(String(text[(text.firstIndex(of: " ") ?? text.startIndex)...]))
    }

    /// Cells are rows, micro-operations columns: filled when it survived, hollow and red when it did not.
    private static func picture(_ steps: [CrashFinding.Step]) -> String {
        var rows: [String] = []
        for step in steps where !rows.contains(where: { TextBytes.isSame($0, step.cell) }) { rows.append(step.cell) }
        let left = 30 + 7 * (rows.map(\.count).max() ?? 0)
        let width = left + 26 * steps.count + 20
        let height = 40 + 22 * rows.count
        var svg = "<svg role=\"img\" aria-label=\"operations and surviving cells\" width=\"\(width)\" "
        svg += "height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\">\n"
        for (index, row) in rows.enumerated() {
            let y = 40 + 22 * index
            svg += "<text x=\"4\" y=\"\(y + 4)\">\(escaped(row))</text>"
            svg += "<line x1=\"\(left - 10)\" y1=\"\(y)\" x2=\"\(width)\" y2=\"\(y)\"/>\n"
        }
        for (index, step) in steps.enumerated() {
            let x = left + 26 * index
            let y = 40 + 22 * (rows.firstIndex { TextBytes.isSame($0, step.cell) } ?? 0)
            let kind = step.survived ? (step.isDurable ? "durable" : "in") : "out"
            let state = step.survived ? (step.isDurable ? "durable" : "persisted") : "lost"
            svg += "<text x=\"\(x - 6)\" y=\"20\">\(step.operation)</text>"
            svg += "<circle class=\"\(kind)\" cx=\"\(x)\" cy=\"\(y)\" r=\"7\"><title>"
            svg += "\(escaped(step.title)): \(escaped(step.cell)) \(state)</title></circle>\n"
        }
        return svg + "</svg>\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        // Code points, not characters: a mark that combines with a bracket makes it no other to a browser.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
