/// What hot paths take besides time, over a store and over one of a hundredth of its size.
enum HotPathLanes {
    static let all = HotPaths.all.flatMap { [systemCalls(of: $0), allocations(of: $0)] }

    private static func systemCalls(of path: HotPath) -> Lane {
        lane(path, "calls", "system calls", targets: [.value(Double(path.systemCallMaximum))]) { arena, size in
            Double(try path.cost(in: arena.path, size: size).systemCalls)
        }
    }

    private static func allocations(of path: HotPath) -> Lane {
        lane(path, "allocations", "requests for memory", unit: "requests", targets: [.floorRatio(1.1)]) { arena, size in
            guard let allocations = try path.cost(in: arena.path, size: size).allocations else {
                throw LaneSkipped(description: "allocations can be counted only with glibc, and without a sanitizer")
            }
            return Double(allocations)
        }
    }

    private static func lane(
        _ path: HotPath,
        _ name: String,
        _ what: String,
        unit: String? = nil,
        targets: [Target],
        count: @escaping @Sendable (Arena, Int) throws -> Double
    ) -> Lane {
        Lane(
            "\(path.name).\(name)",
            "\(what) of \(path.summary), with \(ResultTable.count(path.size)) \(path.contents)",
            unit: unit ?? name,
            .cost,
            floor: "the same with \(ResultTable.count(path.size / 100))",
            targets: targets,
            over: GrowthAxis(path.contents, [path.size / 100, path.size / 10, path.size], showsFloor: false),
            at: path.size
        ) { arena, size in
            // Counted once: the numbers do not change from round to round.
            let subject = try count(arena, size)
            let floor = Contest.preparedLate {
                let floor = try count(arena, path.size / 100)
                return { floor }
            }
            return Contest(subject: { subject }, floor: floor)
        }
    }
}
