/// What requests that share a write are answered.
struct JournalAnswers: Sendable {
    private var requests: [JournalRequest]
    private(set) var all: [Result<JournalAnswer, JournalError>] = []
    /// How many of the first ones stand whatever becomes of the group.
    private var firm = 0

    init(to requests: [JournalRequest]) { self.requests = requests }

    /// Adds requests that are still to be decided.
    mutating func add(_ further: [JournalRequest]) { requests += further }

    /// Decides all requests that are still to be decided, and stages what is granted.
    ///
    /// What was made durable on the way stands whatever becomes of the rest. A refusal stands also when the group then
    /// fails, if no record of the group was counted for it: what is refused because of a record that failed is answered
    /// with the failure.
    mutating func decide(on writer: inout SegmentWriter) throws(JournalError) {
        for request in requests[all.count...] {
            let (count, commitCount) = (all.count, writer.commitCount)
            // Deciding may take that what was staged is written first, and fail after that.
            defer { if writer.commitCount != commitCount { firm = max(firm, count) } }
            do throws(JournalError) {
                all.append(.success(try writer.answer(request)))
            } catch  where error.isRefusal {
                all.append(.failure(error))
            }
            // It may rest on what others are still syncing, too.
            let isFirm = writer.staged.isEmpty && !writer.hasUnsecured
            if isFirm && firm == all.count - 1 { firm = all.count }
        }
    }

    /// The group failed. Only where a record was granted it may stand; one that was found stands, if it is durable.
    mutating func fail(_ error: JournalError) {
        for place in all.indices.dropFirst(firm) {
            switch all[place] {
            case .success(.reserved(let found)) where found.isExisting: all[place] = .failure(error.withUnknownOutcome)
            case .success: all[place] = .failure(error)
            case .failure: all[place] = .failure(error.withoutOutcome)
            }
        }
        while all.count < requests.count { all.append(.failure(error.withoutOutcome)) }
    }
}
