package import Canonical

/// A lane over sizes: what was measured, and what to call it.
package struct GrowthCurve: Sendable, Equatable {
    /// The lane's name.
    package let lane: String
    /// What is counted: `records`.
    package let axis: String
    /// The points' unit.
    package let unit: String
    /// The points, by size; at least one.
    package let points: [GrowthPoint]

    /// Makes a curve.
    package init(lane: String, axis: String, unit: String, points: [GrowthPoint]) {
        precondition(!points.isEmpty, "nothing was measured")
        self.lane = lane
        self.axis = axis
        self.unit = unit
        self.points = points
    }

    /// Its picture's name.
    package var fileName: String { Self.fileName(of: lane) }

    /// The name of a lane's picture.
    package static func fileName(of lane: String) -> String { "\(lane).svg" }

    /// What is seen, for who does not see it: every point.
    package var description: String {
        let texts = points.map { point in
            let floor = point.floor.map { " (floor \(ResultTable.number($0)))" } ?? ""
            return "\(ResultTable.number(point.value))\(floor) at \(ResultTable.count(point.size))"
        }
        return "\(lane), \(unit) over \(axis): \(texts.joined(separator: ", "))"
    }

    /// What is seen, in a line: both ends.
    package var summary: String {
        guard let first = points.first, let last = points.last else { return "" }
        let factor = first.value == 0 ? "" : ", × \(ResultTable.number(last.value / first.value))"
        return "\(ResultTable.quantity(first.value, unit)) at \(ResultTable.count(first.size)) \(axis), "
            + "\(ResultTable.quantity(last.value, unit)) at \(ResultTable.count(last.size))\(factor)"
    }

    /// `{"over":…,"unit":…,"points":[{"size":…,"value":…,"floor":…}]}`; absent floors omitted.
    package var json: JSONObject {
        let points = points.map { point in
            var object: JSONObject = [
                "size": .number(.unsigned(UInt64(point.size))), "value": .number(.double(point.value)),
            ]
            if let floor = point.floor { object["floor"] = .number(.double(floor)) }
            return JSONValue.object(object)
        }
        return ["over": .string(axis), "unit": .string(unit), "points": .array(points)]
    }
}
