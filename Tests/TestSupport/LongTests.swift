import Foundation

/// Whether the long campaigns run, which take minutes to hours: `HOLDFAST_LONG` is set in the environment, and neither
/// empty nor 0.
public let runsLongTests = asksForLongTests(ProcessInfo.processInfo.environment["HOLDFAST_LONG"])

/// Whether a value of `HOLDFAST_LONG` asks for the long campaigns; nil when it is not set.
public func asksForLongTests(_ value: String?) -> Bool { value != nil && value != "" && value != "0" }
