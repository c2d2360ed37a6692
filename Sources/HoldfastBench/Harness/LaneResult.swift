package import Canonical

/// What a lane gave.
package struct LaneResult: Sendable {
    /// The lane.
    package let lane: Lane
    /// Holdfast's rounds.
    package let value: Statistics
    /// The floor's rounds.
    package let floor: Statistics?
    /// The peer's rounds.
    package let peer: Statistics?
    /// The same over sizes, where that was measured.
    package let curve: GrowthCurve?
    /// The median of the rounds' own ratios to the floor: what disturbs a round disturbs both of its halves.
    package let floorRatio: Double?
    /// How many times as fast as the peer, round by round.
    package let peerRatio: Double?

    /// Makes a result from rounds, of which each ran everyone once.
    package init(_ lane: Lane, _ rounds: [RoundValues], curve: GrowthCurve? = nil) {
        self.lane = lane
        self.curve = curve
        value = Statistics(rounds.map(\.subject))
        let floors = rounds.compactMap(\.floor)
        floor = floors.isEmpty ? nil : Statistics(floors)
        let peers = rounds.compactMap(\.peer)
        peer = peers.isEmpty ? nil : Statistics(peers)
        let floorRatios = rounds.compactMap { round in round.floor.map { round.subject / $0 } }
        floorRatio = floorRatios.isEmpty ? nil : Statistics(floorRatios).median
        let peerRatios = rounds.compactMap { round in
            round.peer.map { lane.direction == .cost ? $0 / round.subject : round.subject / $0 }
        }
        peerRatio = peerRatios.isEmpty ? nil : Statistics(peerRatios).median
    }

    /// Whether a target was reached.
    package func meets(_ target: Target) -> Bool {
        let isCost = lane.direction == .cost
        switch target {
        case .floorRatio(let bound):
            guard let floorRatio else { return false }
            return isCost ? floorRatio <= bound : floorRatio >= bound
        case .peerRatio(let bound):
            return peerRatio.map { $0 >= bound } ?? false
        case .value(let bound):
            return isCost ? value.median <= bound : value.median >= bound
        }
    }

    /// Whether all targets were reached.
    package var meetsTargets: Bool { lane.targets.allSatisfy(meets) }

    /// `{"lane":…,"value":…,"unit":…,"floor":…,"peer":…,"ratio_to_floor":…,"ratio_to_peer":…}` and what a
    /// comparison needs; absent ones omitted.
    package var json: JSONObject {
        var object: JSONObject = [
            "lane": .string(lane.name), "unit": .string(lane.unit), "value": .number(.double(value.median)),
            "spread": .number(.double(value.spread)), "meets_targets": .bool(meetsTargets),
        ]
        if let floor { object["floor"] = .number(.double(floor.median)) }
        if let peer { object["peer"] = .number(.double(peer.median)) }
        if let floorRatio { object["ratio_to_floor"] = .number(.double(floorRatio)) }
        if let peerRatio { object["ratio_to_peer"] = .number(.double(peerRatio)) }
        if let curve { object["growth"] = .object(curve.json) }
        return object
    }
}

/// One round: everyone's value, measured one after the other.
package struct RoundValues: Sendable {
    /// Holdfast's.
    package var subject: Double
    /// The floor's.
    package var floor: Double?
    /// The peer's.
    package var peer: Double?

    /// Makes a round.
    package init(subject: Double, floor: Double? = nil, peer: Double? = nil) {
        self.subject = subject
        self.floor = floor
        self.peer = peer
    }
}
