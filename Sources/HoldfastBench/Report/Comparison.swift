package import Canonical

/// What has changed since an earlier run, where noise is not taken for change.
///
/// Ratios to the floor are compared where there is one: they are free of the machine's mood. Else values are.
/// A change counts when it is larger than both runs' spreads together, and than five percent.
package struct Comparison: Sendable, Equatable {
    /// What to say about a lane.
    package enum Verdict: String, Sendable {
        case better
        case worse
        case same
        /// The earlier run did not measure it.
        case new
    }

    /// The lane's name.
    package let lane: String
    /// The verdict.
    package let verdict: Verdict
    /// How many times the earlier quantity the present one is; nil for a new lane.
    package let factor: Double?

    /// No change below this counts.
    private static let threshold = 0.05

    /// Compares a result with the earlier run's lines.
    package init(_ result: LaneResult, with earlier: [String: JSONObject]) {
        lane = result.lane.name
        guard let old = earlier[lane] else {
            verdict = .new
            factor = nil
            return
        }
        let before: Double?
        let now: Double
        if let ratio = result.floorRatio, let oldRatio = old["ratio_to_floor"]?.double {
            before = oldRatio
            now = ratio
        } else {
            before = old["value"]?.double
            now = result.value.median
        }
        guard let before, before > 0 else {
            verdict = .new
            factor = nil
            return
        }
        let change = now / before
        factor = change
        let noise = max(Self.threshold, result.value.spread + (old["spread"]?.double ?? 0))
        let isBetter = result.lane.direction == .cost ? change < 1 - noise : change > 1 + noise
        let isWorse = result.lane.direction == .cost ? change > 1 + noise : change < 1 - noise
        verdict = isBetter ? .better : isWorse ? .worse : .same
    }

    /// Reads an earlier run's `--json` output, one object a line.
    ///
    /// - Throws: ``JSONError`` for a line that is no JSON.
    package static func lines(of bytes: [UInt8]) throws(JSONError) -> [String: JSONObject] {
        var lanes: [String: JSONObject] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard case .object(let object) = try JSONValue(parsing: Array(line)) else { continue }
            guard case .string(let name)? = object["lane"] else { continue }
            lanes[name] = object
        }
        return lanes
    }
}

extension JSONValue {
    /// The number as a double; nil for anything else.
    fileprivate var double: Double? {
        guard case .number(let number) = self else { return nil }
        return number.doubleValue
    }
}
