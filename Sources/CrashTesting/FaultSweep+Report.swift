public import FileSystemSeam

extension FaultSweep {
    /// One plan that broke a promise.
    public struct Finding: Sendable, CustomStringConvertible {
        /// The faults; none when a promise is broken without any.
        public var plan: FaultPlan
        /// What was broken, shrunk, with the token that shows it again under these faults; or the error that is not
        /// the store's own.
        public var message: String

        /// The plan and what it broke.
        public var description: String {
            let plan = plan.entries.map(\.description).joined(separator: " and ")
            return "\(plan.isEmpty ? "no fault" : plan): \(message)"
        }
    }

    /// What a sweep found.
    public struct Report: Sendable, CustomStringConvertible {
        /// Single faults tried: all there are.
        public var singles = 0
        /// Pairs of faults tried.
        public var pairs = 0
        /// Pairs of faults that were possible.
        public var pairsPossible = 0
        /// Plans under which the workload reported the fault by throwing.
        public var plansThatThrew = 0
        /// States recovered and checked over all plans.
        public var states = 0
        /// Broken promises: of each plan the first one, and all that are broken without any fault.
        public var findings: [Finding] = []

        /// Whether every pair was tried, too.
        public var isExhaustive: Bool { pairs == pairsPossible }

        /// Whether no promise was broken under any plan that was tried.
        public var isClean: Bool { findings.isEmpty }

        /// Counts, then each finding.
        public var description: String {
            var text = "fault sweep: all \(singles) single faults, "
            text += isExhaustive ? "all \(pairs) pairs" : "\(pairs) of \(pairsPossible) pairs, sampled"
            text += "; \(plansThatThrew) reported by the workload, \(states) states\n"
            if findings.isEmpty { return text + "  no promise broken\n" }
            text += "  \(Count(findings.count, "finding"))\n"
            for (index, finding) in findings.enumerated() { text += "\n\(index + 1). \(finding)\n" }
            return text
        }
    }
}
