/// Who runs in a lane. Each closure does one round and returns its value in the lane's unit.
package struct Contest {
    /// One round, whose result is in the lane's unit.
    package typealias Round = () throws -> Double

    /// The least that the machine allows; nil when there is no such thing.
    package var floor: Round?
    /// What a user would pick instead.
    package var peer: Round?
    /// Holdfast.
    package var subject: Round
    /// Prepares who runs at a size of the lane's axis, with values in the lane's unit, or the axis's; nil where the
    /// lane has none.
    package var atSize: ((Int) throws -> Contest)?

    /// Makes a contest.
    package init(
        subject: @escaping Round,
        floor: Round? = nil,
        peer: Round? = nil,
        atSize: ((Int) throws -> Contest)? = nil
    ) {
        self.subject = subject
        self.floor = floor
        self.peer = peer
        self.atSize = atSize
    }

    /// A round of somebody who is prepared when the first one comes, which does not count: not where nobody asks.
    package static func preparedLate(_ prepare: @escaping () throws -> Round) -> Round {
        var prepared: Round?
        return {
            if let prepared { return try prepared() }
            let round = try prepare()
            prepared = round
            return try round()
        }
    }
}
