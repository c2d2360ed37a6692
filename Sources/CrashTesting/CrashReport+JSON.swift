internal import FileSystemSeam

extension CrashReport {
    /// The report as one JSON object: `{"model":…,"mode":…,"statistics":{…},"findings":[{…}],"operations":[…]}`.
    /// Members come in a fixed order.
    public var json: String {
        let numbers = statistics
        let counts: [(String, Int)] = [
            ("operations", numbers.operations), ("microOperations", numbers.microOperations),
            ("crashPoints", numbers.crashPoints), ("exhaustivePoints", numbers.exhaustivePoints),
            ("boundedPoints", numbers.boundedPoints), ("recoveryPoints", numbers.recoveryPoints),
            ("states", numbers.states), ("runs", numbers.runs), ("recognised", numbers.recognised),
            ("failedStates", numbers.failedStates), ("seenSetBytes", numbers.seenSetBytes),
            ("statesPerSecond", Int(numbers.statesPerSecond)),
        ]
        let members = counts.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",")
        let operations = operations.map { Self.quoted($0.description) }.joined(separator: ",")
        let findings = findings.map(Self.json).joined(separator: ",")
        return "{\"model\":\(Self.quoted(model)),\"mode\":\(Self.quoted(numbers.mode)),"
            + "\"seenSetIsFull\":\(numbers.seenSetIsFull),\"statistics\":{\(members)},"
            + "\"findings\":[\(findings)],\"operations\":[\(operations)]}"
    }

    private static func json(_ finding: CrashFinding) -> String {
        func steps(_ steps: [CrashFinding.Step]) -> String {
            steps.map {
                "{\"operation\":\($0.operation),\"title\":\(quoted($0.title)),\"cell\":\(quoted($0.cell)),"
                    + "\"survived\":\($0.survived),\"durable\":\($0.isDurable)}"
            }.joined(separator: ",")
        }
        return "{\"message\":\(quoted(finding.message)),\"sentence\":\(quoted(finding.sentence)),"
            + "\"missing\":\(quoted(finding.missing)),\"crash\":\(quoted(finding.crash)),"
            + "\"acknowledged\":\(finding.acknowledged),\"token\":\(quoted(finding.token.description)),"
            + "\"steps\":[\(steps(finding.steps))],\"recoverySteps\":[\(steps(finding.recoverySteps))]}"
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\u{0}"..<"\u{20}":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
