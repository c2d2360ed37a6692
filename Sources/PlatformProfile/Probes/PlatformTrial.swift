internal import FileSystemSeam

/// Tries things in a scratch directory, each step on a thread that is not waited for longer than the budget allows.
final class PlatformTrial: Sendable {
    /// What was found so far.
    struct Found: Sendable {
        var sync = SyncEvidence()
        var locks = LockEvidence()
        var names = NameEvidence()
        var contents = ContentEvidence()
    }

    private struct State: Sendable {
        var found = Found()
        var isDone = false
    }

    private let directory: any Directory
    private let fileSystem: any FileSystem
    private let depth: ProbeDepth
    private let budgetNanoseconds: UInt64
    private let state = Condition(State())

    init(_ directory: any Directory, _ fileSystem: any FileSystem, depth: ProbeDepth, budgetNanoseconds: UInt64) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.depth = depth
        self.budgetNanoseconds = budgetNanoseconds
    }

    /// Tries everything. What is not done in time is `.timedOut`.
    func run() -> Found {
        do {
            // A thread of its own has a handle of its own: the caller closes its one.
            let own = try directory.reopened()
            _ = try Thread.start(name: "platform look") { [self] in
                tryAll(own)
                try? own.close()
                state.withLock { $0.isDone = true }
                state.broadcast()
            }
        } catch {
            // Nothing was tried: whatever the reason, no field is known to be wanting.
            return Self.all(.probeFailed(error.code))
        }
        let finished = state.wait(timeoutNanoseconds: budgetNanoseconds) { $0.isDone ? $0.found : nil }
        return finished ?? state.withLock { $0.found.withUnknownsTimedOut() }
    }

    private func tryAll(_ own: any Directory) {
        guard let probes = fileSystem.hostProbes else { return }
        let scratch: any ScratchDirectory
        do {
            let name = try fileSystem.temporaryName(for: PlatformObserver.scratchName)
            scratch = try probes.scratchDirectory(name, in: own)
        } catch {
            let found = Self.all(.probeFailed(error.code))
            state.withLock { $0.found = found }
            return
        }
        defer { try? scratch.remove() }
        let place = scratch.directory
        LockTrial(place, own, probes, budgetNanoseconds).run { change in note { change(&$0.locks) } }
        ContentTrial(place, fileSystem, probes, budgetNanoseconds).run { change in note { change(&$0.contents) } }
        NameTrial(place, probes).run { change in note { change(&$0.names) } }
        SyncTrial(place, fileSystem, rounds: depth == .deep ? 21 : 3).run { change in note { change(&$0.sync) } }
    }

    private func note(_ change: (inout Found) -> Void) { state.withLock { change(&$0.found) } }

    /// One answer for everything.
    private static func all(_ answer: Evidence<Bool>) -> Found {
        var found = Found()
        found.replaceUnknowns(answer)
        return found
    }
}

extension PlatformTrial.Found {
    fileprivate func withUnknownsTimedOut() -> PlatformTrial.Found {
        var found = self
        found.replaceUnknowns(.timedOut)
        return found
    }

    fileprivate mutating func replaceUnknowns(_ answer: Evidence<Bool>) {
        func replace(_ evidence: inout Evidence<Bool>) { if evidence == .unknown { evidence = answer } }
        func replace(_ evidence: inout Evidence<UInt64>) {
            if evidence == .unknown { evidence = answer.map { _ in 0 } }
        }
        replace(&sync.file)
        replace(&sync.data)
        replace(&sync.barrier)
        replace(&sync.directory)
        replace(&locks.excludesHandles)
        replace(&locks.excludesProcesses)
        replace(&locks.endsWithProcess)
        replace(&locks.excludesOnDirectories)
        replace(&locks.refusesSymbolicLinks)
        replace(&names.renameReplaces)
        replace(&names.exclusiveRenameRefuses)
        replace(&names.links)
        replace(&names.removedFilesStayUsable)
        replace(&names.unnamedFiles)
        replace(&names.caseMatters)
        replace(&names.normalizationMatters)
        replace(&contents.positionedReads)
        replace(&contents.sharedMaps)
        replace(&contents.preallocation)
        replace(&contents.holePunching)
        replace(&contents.fineModificationTimes)
    }
}
