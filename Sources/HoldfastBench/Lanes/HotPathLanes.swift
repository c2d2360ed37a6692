/// What hot paths take besides time, over a store and over one of a hundredth of its size.
enum HotPathLanes {
    static let all = HotPaths.all.flatMap { [systemCalls(of: $0), allocations(of: $0)] }

    private static func systemCalls(of path: HotPath) -> Lane {
        Lane(
            "\(path.name).calls",
            "system calls of \(path.summary)",
            unit: "calls",
            .cost,
            floor: path.size.map { "the same with \($0 / 100) entries instead of \($0)" },
            targets: [.value(Double(path.systemCallMaximum))]
        ) { arena in try contest(path, arena) { Double($0.systemCalls) } }
    }

    private static func allocations(of path: HotPath) -> Lane {
        Lane(
            "\(path.name).allocations",
            "requests for memory of \(path.summary)",
            unit: "requests",
            .cost,
            floor: path.size.map { "the same with \($0 / 100) entries instead of \($0)" },
            targets: path.size == nil ? [] : [.floorRatio(1.1)]
        ) { arena in
            guard OperationCost.countsAllocations else {
                throw LaneSkipped(description: "allocations can be counted only with glibc, and without a sanitizer")
            }
            return try contest(path, arena) { Double($0.allocations ?? 0) }
        }
    }

    /// Counted once: the numbers do not change from round to round.
    private static func contest(
        _ path: HotPath,
        _ arena: Arena,
        _ value: (OperationCost) -> Double
    ) throws -> Contest {
        let size = path.size ?? 0
        let subject = value(try path.cost(in: arena.path, size: size))
        guard path.size != nil else { return Contest(subject: { subject }) }
        let floor = value(try path.cost(in: arena.path, size: size / 100))
        return Contest(subject: { subject }, floor: { floor })
    }
}
