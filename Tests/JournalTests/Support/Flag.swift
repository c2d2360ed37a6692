import Synchronization

/// Raised once, by whoever comes first.
final class Flag: Sendable {
    private let isRaised = Atomic(false)

    /// Whether this call raised it.
    func raise() -> Bool {
        isRaised.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
    }

    var isUp: Bool { isRaised.load(ordering: .sequentiallyConsistent) }
}
