import FileSystemSeam
import Testing

@Suite struct MonotonicTimeTests {
    @Test(
        arguments: [
            (5, 5, 0), (5, 7, 2), (7, 5, 0), (0, UInt64.max, UInt64.max), (UInt64.max, 0, 0),
        ] as [(UInt64, UInt64, UInt64)]
    )
    func noTimeIsNegative(_ earlier: UInt64, _ later: UInt64, _ passed: UInt64) {
        let (earlier, later) = (MonotonicTime(nanoseconds: earlier), MonotonicTime(nanoseconds: later))
        #expect(later.nanoseconds(since: earlier) == passed)
    }
}
