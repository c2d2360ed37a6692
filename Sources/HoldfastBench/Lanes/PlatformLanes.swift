internal import FileSystemSeam
internal import PlatformProfile

/// Looks at a platform, as a store has them before it is opened.
enum PlatformLanes {
    static let all = [
        lane("passive", "ask what the host and a directory are", .passive, milliseconds: 2, repetitions: 500),
        lane("standard", "try what the host and a directory do", .standard, milliseconds: 50, repetitions: 20),
    ]

    private static func lane(
        _ name: String,
        _ summary: String,
        _ depth: ProbeDepth,
        milliseconds: Double,
        repetitions: Int
    ) -> Lane {
        Lane(
            "platform.observe.\(name)",
            summary,
            unit: "ms",
            .cost,
            targets: [.value(milliseconds)],
            over: GrowthAxis("files in the directory", [0, 100, 1000, 10_000]),
            at: 0
        ) { arena, size in
            try arena.directory.addFiles(size)
            let observer = PlatformObserver(arena.fileSystem, budgetNanoseconds: 60_000_000_000)
            let count = arena.scaled(repetitions)
            return Contest(
                subject: {
                    arena.nanoseconds {
                        for _ in 0..<count {
                            let evidence = observer.observe(arena.path, depth: depth)
                            precondition(evidence.pathStatus == .directory, "the arena is there")
                        }
                    } / Double(count) / 1_000_000
                }
            )
        }
    }
}
