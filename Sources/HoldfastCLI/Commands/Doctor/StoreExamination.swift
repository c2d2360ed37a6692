/// Everything that can be said about a store by looking at it: what `doctor` prints and `report` shows as a page.
///
/// A kind of store says it in these terms, and is then served by both commands; see ``StoreExaminer``.
package struct StoreExamination: Sendable {
    /// How bad something is.
    package enum Severity: String, Sendable, CaseIterable {
        /// Something that must not be: altered, lost, or given twice.
        case damage
        /// Something that a person should look at, and that mends itself or does no harm.
        case notice
    }

    /// One thing that was found.
    package struct Finding: Sendable {
        /// How bad it is.
        package let severity: Severity
        /// A short, stable word for scripts.
        package let kind: String
        /// Where it is: a file, a line, a record.
        package let place: String
        /// What is wrong, in a sentence.
        package let message: String
        /// What to do.
        package var remedy: String

        /// Makes a finding.
        package init(_ severity: Severity, _ kind: String, place: String, _ message: String, remedy: String) {
            self.severity = severity
            self.kind = kind
            self.place = place
            self.message = message
            self.remedy = remedy
        }
    }

    /// Rows under a heading.
    package struct Table: Sendable {
        /// What they are, without a full stop.
        package let title: String
        /// The columns' headings.
        package let columns: [String]
        /// The rows; each has a cell a column.
        package let rows: [[String]]
        /// For each row how much it is beside the others, shown as a bar; nil for none.
        package let weights: [UInt64]?
        /// What was left out, as a sentence; empty when nothing was.
        package let note: String

        /// Makes a table.
        package init(
            title: String,
            columns: [String],
            rows: [[String]],
            weights: [UInt64]? = nil,
            note: String = ""
        ) {
            self.title = title
            self.columns = columns
            self.rows = rows
            self.weights = weights
            self.note = note
        }
    }

    /// What sort of store it is: `session event log`.
    package private(set) var store: String
    /// Its path as given.
    package let path: String
    /// Names with what they stand for, in the order they are shown.
    package var facts: [(name: String, value: String)] = []
    /// What was found, the worst first.
    package var findings: [Finding] = []
    /// What the store holds, summed up.
    package var tables: [Table] = []
    /// How many findings of damage there are in all, listed or not.
    package var damageCount = 0

    /// Begins an examination.
    package init(store: String, path: String) {
        self.store = store
        self.path = path
    }

    /// Notes a finding.
    package mutating func add(_ finding: Finding) {
        if finding.severity == .damage { damageCount += 1 }
        findings.append(finding)
    }

    /// Adds what was found of another store in the same directory, and says that there are two.
    package mutating func add(_ other: StoreExamination) {
        let own = store
        store += " and \(other.store)"
        facts += other.facts.map { ("\(other.store): \($0.name)", $0.value) }
        findings += other.findings
        damageCount += other.damageCount
        tables += other.tables
        add(
            Finding(
                .notice,
                "two_stores",
                place: ".",
                "the directory holds a store of each of two kinds: \(own), \(other.store)",
                remedy: "Move the files of one of them to a directory of its own while nobody uses either"
            )
        )
    }

    /// Whether nothing is damaged.
    package var isSound: Bool { damageCount == 0 }

    /// `sound`, or how much is damaged.
    package var verdict: String {
        switch damageCount {
        case 0: findings.isEmpty ? "sound" : "sound, with something to look at"
        case 1: "damaged in one place"
        default: "damaged in \(damageCount) places"
        }
    }
}
