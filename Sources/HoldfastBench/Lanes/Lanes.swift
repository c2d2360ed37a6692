/// Every lane, in the order of the table.
package enum Lanes {
    /// All of them.
    package static let all: [Lane] =
        JournalLanes.all + JournalQuestionLanes.all + JournalVerifyLane.all + EventLanes.all + CanonicalLanes.all
        + LockLanes.all
        + KeyLanes.all
        + PlatformLanes.all
        + CrashLanes.all
        + HotPathLanes.all
        + ProgramLanes.all

    /// The lanes that `pattern` selects: by name, or by the beginning of a name up to a dot.
    package static func named(_ pattern: String) -> [Lane] {
        all.filter { $0.name == pattern || $0.name.hasPrefix(pattern + ".") }
    }
}
