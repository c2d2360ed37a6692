/// When a time counts as going backwards.
enum ClockRule {
    /// Whether `time` lies before `last` by more than the tolerance; all in seconds, and any values will do.
    static func isRegression(from last: Int64, to time: Int64, toleranceSeconds: Int64) -> Bool {
        let (earliest, overflows) = last.subtractingReportingOverflow(toleranceSeconds)
        if overflows { return toleranceSeconds < 0 }
        return time < earliest
    }
}
