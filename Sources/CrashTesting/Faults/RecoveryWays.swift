internal import FileSystemSeam

/// The different ways in which recoveries go, each with a state whose recovery goes so.
///
/// What a recovery does is told by the calls it makes, on which names, and which of them fail. States that differ in
/// bytes alone are one way.
struct RecoveryWays {
    struct Call: Hashable {
        var operation: FileSystemError.Operation
        var name: String
        var failure: ErrorNumber?

        init(_ operation: SimOperation) {
            self.operation = operation.operation
            name = operation.name
            failure = operation.failure
        }
    }

    /// One state, and how many acknowledgements had been given.
    struct Way {
        var state: FixedState
        var acknowledged: Int
    }

    private(set) var all: [Way] = []
    /// What the recovery did that ran last.
    var calls: [Call] = []
    private var known: [[Call]: Int] = [:]

    /// Notes the state that was recovered last. One in which more had been acknowledged takes the place of another one:
    /// the more is owed.
    mutating func note(_ point: Int, _ survivors: [UInt64], _ acknowledged: Int) {
        if calls.isEmpty { return }
        let way = Way(state: FixedState(point: point, survivors: survivors), acknowledged: acknowledged)
        if let index = known[calls] {
            if acknowledged > all[index].acknowledged { all[index] = way }
            return
        }
        known[calls] = all.count
        all.append(way)
    }
}
