internal import FileSystemSeam

/// Threads that do the same work side by side.
enum Crew {
    /// What the members met.
    private final class Failures: Sendable {
        let first = Condition<String?>(nil)
    }

    /// A member failed.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs `body` on `count` threads, with their numbers from 0, and waits for all of them.
    ///
    /// - Throws: ``Failure`` when one of them threw.
    static func run(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
        let failures = Failures()
        let threads = try (0..<count).map { member in
            try Thread.start(name: "crew-\(member)") {
                do {
                    try body(member)
                } catch {
                    let text = "\(error)"
                    failures.first.withLock { if $0 == nil { $0 = text } }
                }
            }
        }
        for thread in threads { thread.join() }
        if let text = failures.first.withLock({ $0 }) { throw Failure(description: text) }
    }
}
