package import HoldfastCLI

/// Results as a table that people read, in a terminal or in Markdown.
package enum ResultTable {
    /// The headings, in order.
    package static let headings = ["lane", "value", "floor", "peer", "× floor", "× peer", "spread", "target", ""]

    /// A result's cells, as many as there are headings.
    package static func cells(_ result: LaneResult) -> [String] {
        let unit = result.lane.unit
        return [
            result.lane.name,
            quantity(result.value.median, unit),
            result.floor.map { quantity($0.median, unit) } ?? "–",
            result.peer.map { quantity($0.median, unit) } ?? "–",
            result.floorRatio.map { number($0) } ?? "–",
            result.peerRatio.map { number($0) } ?? "–",
            "\(Int((result.value.spread * 100).rounded())) %",
            result.lane.targets.map { text($0, of: result.lane) }.joined(separator: ", "),
            result.meetsTargets ? "met" : "missed",
        ]
    }

    /// The table in Markdown.
    package static func markdown(_ results: [LaneResult]) -> String {
        var lines = [row(headings), row(headings.map { _ in "---" })]
        for result in results { lines.append(row(cells(result))) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The table for a terminal.
    package static func write(_ results: [LaneResult], to console: Console) {
        let rows = [headings] + results.map(cells)
        let widths = headings.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            console.writeLine(cells.joined(separator: "  "))
        }
    }

    private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    /// A target as people write it.
    package static func text(_ target: Target, of lane: Lane) -> String {
        let sign = lane.direction == .cost ? "≤" : "≥"
        return switch target {
        case .floorRatio(let bound): "\(sign) \(number(bound)) × floor"
        case .peerRatio(let bound): "≥ \(number(bound)) × peer"
        case .value(let bound): "\(sign) \(quantity(bound, lane.unit))"
        }
    }

    /// A number with its unit.
    package static func quantity(_ value: Double, _ unit: String) -> String {
        unit.isEmpty ? number(value) : "\(number(value)) \(unit)"
    }

    /// Three significant digits, and no more decimals than that asks for.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        let magnitude = abs(value)
        let decimals = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value * scale).rounded()
        guard decimals > 0 else { return grouped(Int64(scaled)) }
        let whole = Int64(scaled) / Int64(scale)
        let rest = abs(Int64(scaled) % Int64(scale))
        let digits = String(rest)
        let sign = scaled < 0 && whole == 0 ? "-" : ""
        return "\(sign)\(whole)." + String(repeating: "0", count: decimals - digits.count) + digits
    }

    /// A count of things, in groups of three digits.
    package static func count(_ value: Int) -> String { grouped(Int64(value)) }

    /// A round number, without zeros at its end.
    package static func short(_ value: Double) -> String {
        let text = number(value)
        guard text.contains(".") else { return text }
        let digits = text.reversed().drop { $0 == "0" }
        return String(String((digits.first == "." ? digits.dropFirst() : digits).reversed()))
    }

    private static func grouped(_ value: Int64) -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        groups.insert(digits, at: 0)
        return (value < 0 ? "-" : "") + groups.joined(separator: " ")
    }
}
