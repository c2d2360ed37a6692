internal import Canonical

// What happened is said in bytes. Swift's `String` calls two spellings of one character equal (`é` as one code point
// and as two), and what is synthesized compares strings so: reading one file would be the same as reading another.

extension EventKind {
    /// Equal when type and members are, texts byte by byte.
    public static func == (left: EventKind, right: EventKind) -> Bool {
        guard left.typeName == right.typeName else { return false }
        let (leftValues, rightValues) = (left.values, right.values)
        return leftValues.numbers == rightValues.numbers && leftValues.confidence == rightValues.confidence
            && leftValues.rawMembers == rightValues.rawMembers
            && TextBytes.areSame(leftValues.texts, rightValues.texts)
    }

    /// Feeds type and members, texts as their bytes, to a hasher.
    public func hash(into hasher: inout Hasher) {
        let values = values
        hasher.combine(typeName)
        hasher.combine(values.numbers)
        hasher.combine(values.confidence)
        hasher.combine(values.rawMembers)
        TextBytes.hash(values.texts, into: &hasher)
    }

    /// The values of a type's members, in their order; what is not there is nil.
    private struct Values {
        var texts: [String?] = []
        var numbers: [Int128?] = []
        var confidence: Double?
        var rawMembers: [RawMember] = []
    }

    private var values: Values {
        switch self {
        case .sessionStarted: Values()
        case .sessionClosed(let summary, let duration): Values(texts: [summary], numbers: [Int128(duration)])
        case .agentStarted(let parent): Values(texts: [parent])
        case .agentSpawned(let spawner, let reason): Values(texts: [spawner, reason])
        case .agentHandoff(let giver, let taker, let artifacts): Values(texts: [giver, taker] + artifacts)
        case .agentCollaborated(let others): Values(texts: others)
        case .agentReturned(let receiver): Values(texts: [receiver])
        case .agentCompleted(let reason), .agentFailed(let reason): Values(texts: [reason])
        case .agentCalledTool(let name, let input, let output, let duration):
            Values(texts: [name, input, output], numbers: [Int128(duration)])
        case .agentReadFile(let path, let digest): Values(texts: [path, digest])
        case .agentWroteFile(let path, let digest, let operation, let additions, let deletions):
            Values(texts: [path, digest, operation], numbers: [Int128(additions), Int128(deletions)])
        case .agentOpenedPort(let port, let networkProtocol):
            Values(texts: [networkProtocol], numbers: [Int128(port)])
        case .agentConnectedNetwork(let destination, let port): Values(texts: [destination], numbers: [Int128(port)])
        case .agentStartedProcess(let name, let processID, let command):
            Values(texts: [name, command], numbers: [Int128(processID)])
        case .agentCompletedProcess(let name, let exitCode, let duration, let command):
            Values(texts: [name, command], numbers: [Int128(exitCode), Int128(duration)])
        case .agentDecision(let model, let tokensIn, let tokensOut, let provider, let summary, let confidence):
            Values(
                texts: [model, provider, summary],
                numbers: [Int128(tokensIn), Int128(tokensOut)],
                confidence: confidence
            )
        case .other(let type, let members): Values(texts: [type], rawMembers: members)
        }
    }
}

extension Int128 {
    /// The number, if it is there; every number of an event fits.
    fileprivate init?(_ number: (some BinaryInteger)?) {
        guard let number else { return nil }
        self.init(number)
    }
}
