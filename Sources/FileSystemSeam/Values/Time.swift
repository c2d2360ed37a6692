/// A point of wall-clock time: UTC, nanoseconds since 1970-01-01T00:00:00Z without leap seconds.
public struct WallClockTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since the epoch; reaches from 1677 to 2262.
    public var nanosecondsSinceEpoch: Int64

    /// Makes a time from nanoseconds since the epoch.
    public init(nanosecondsSinceEpoch: Int64) { self.nanosecondsSinceEpoch = nanosecondsSinceEpoch }

    /// Whole seconds since the epoch, rounded down.
    public var secondsSinceEpoch: Int64 {
        let (quotient, remainder) = nanosecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Earlier times come first.
    public static func < (left: Self, right: Self) -> Bool {
        left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
    }
}

/// A point of monotonic time: nanoseconds from an arbitrary origin, comparable within one boot.
public struct MonotonicTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since the clock's origin.
    public var nanoseconds: UInt64

    /// Makes a time from nanoseconds since the clock's origin.
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Earlier times come first.
    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// How many nanoseconds passed since an earlier time; 0 where the clock went back meanwhile, as broken ones do.
    public func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
        earlier < self ? nanoseconds - earlier.nanoseconds : 0
    }
}
