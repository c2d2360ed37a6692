/// How long a simulated process waits for a lock.
enum LockPatience {
    /// Not at all.
    case none
    /// Until it has it.
    case unlimited
    /// At most so long; without a scheduler nobody else moves meanwhile, and the time is over at once.
    case nanoseconds(UInt64)

    /// What a trace says of it.
    var simulatedDescription: String {
        switch self {
        case .none: " without waiting"
        case .unlimited: ""
        case .nanoseconds(let limit): " for \(limit) ns"
        }
    }
}

/// Advisory locks, which belong to open file descriptions.
extension SimDisk {
    func lock(
        _ description: AnyObject,
        _ inode: Int64,
        _ process: SimProcess,
        _ operation: FileSystemError.Operation,
        _ name: String,
        _ mode: LockMode,
        _ patience: LockPatience,
        checkOpen: () throws(Refusal) -> Void
    ) throws(FileSystemError) -> Bool {
        let identifier = ObjectIdentifier(description)
        while true {
            let taken = try perform(process, operation, name, "\(mode)\(patience.simulatedDescription)") {
                (state, _) throws(Refusal) in
                try checkOpen()
                return state.takeLock(inode, mode, identifier, process.id)
            }
            if taken { return true }
            do throws(Refusal) {
                switch patience {
                case .none: return false
                case .unlimited: try wait(process)
                case .nanoseconds(let limit):
                    if let scheduler, limit > 0, try scheduler.blocked(process, canTimeOut: true) { continue }
                    pass(limit)
                    return false
                }
            } catch {
                throw FileSystemError(operation: operation, name: name, code: error.code)
            }
        }
    }

    /// Lets simulated time go by.
    func pass(_ nanoseconds: UInt64) {
        enter()
        defer { leave() }
        state.now &+= Int64(clamping: nanoseconds)
        state.ticks &+= nanoseconds
    }

    /// Waits for another process to change something.
    private func wait(_ process: SimProcess) throws(Refusal) {
        if let scheduler {
            _ = try scheduler.blocked(process, canTimeOut: false)
            return
        }
        enter()
        let seen = state.changes
        leave()
        // Nothing is promised about who gets a lock when; a short sleep between looks is enough.
        let nobodySignals = Condition(())
        var looks = 0
        while true {
            enter()
            let isOver = state.changes != seen || process.isKilled
            leave()
            if isOver { return }
            looks += 1
            if allowance != Int.max, looks > lockLooksMaximum { try stopWaiting() }
            _ = nobodySignals.wait(timeoutNanoseconds: 200_000) { _ in nil as Void? }
        }
    }

    /// Closes an open file description, which lets go of its lock: at its turn, not before, or nobody could find the
    /// lock held after what was done under it. A close that fails lets go of it, too, as close(2) does.
    func close(
        _ description: AnyObject,
        _ process: SimProcess,
        _ operation: FileSystemError.Operation,
        _ name: String,
        holdsLock: Bool
    ) throws(FileSystemError) {
        let identifier = ObjectIdentifier(description)
        do throws(FileSystemError) {
            try perform(process, operation, name) { (state, _) throws(Refusal) in
                if holdsLock { state.dropLock(identifier) }
            }
        } catch {
            if holdsLock { unlock(description) }
            throw error
        }
    }

    /// Lets go of a lock without a turn, for a description that nobody closed.
    func unlock(_ description: AnyObject) {
        let identifier = ObjectIdentifier(description)
        enter()
        defer { leave() }
        state.dropLock(identifier)
    }
}

extension SimState {
    /// Gives up what is held through an open file description.
    mutating func dropLock(_ description: ObjectIdentifier) {
        locks.removeAll { $0.description == description }
        changes &+= 1
    }

    /// Takes or converts a lock. As with `flock`, a conversion first gives up what was held.
    mutating func takeLock(
        _ inode: Int64,
        _ mode: LockMode,
        _ description: ObjectIdentifier,
        _ process: Int32
    ) -> Bool {
        let before = locks.count
        locks.removeAll { $0.description == description }
        if locks.count != before { changes &+= 1 }
        for held in locks where held.inode == inode && (mode == .exclusive || held.mode == .exclusive) {
            return false
        }
        locks.append(SimHeldLock(inode: inode, mode: mode, description: description, process: process))
        return true
    }

    /// A sync with its planned fault: an error is reported after it was noted that the pages are in doubt.
    mutating func syncReporting(
        _ fault: SimFault?,
        _ inode: Int64,
        _ kind: DiskEvent.Kind,
        _ level: SyncLevel
    ) throws(Refusal) {
        switch fault {
        case .error(let code)?:
            // An interrupted or refused call did not reach the device; any other failure leaves doubt.
            if code != .interrupted { sync(inode, kind, level, .failed) }
            throw Refusal(code)
        case .lyingSync?: sync(inode, kind, level, .lied)
        default: sync(inode, kind, level, .returned)
        }
    }
}

/// A simulated watch: it sees every change on the disk, which the protocol allows.
final class SimWatch: DirectoryWatch, @unchecked Sendable {
    private let fileSystem: SimFS
    private let name: String
    private var seen: UInt64
    private var isOpen = true

    init(_ fileSystem: SimFS, name: String, seen: UInt64) {
        self.fileSystem = fileSystem
        self.name = name
        self.seen = seen
    }

    func wait(timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        let disk = fileSystem.disk
        while true {
            let seen = seen
            let isOpen = isOpen
            let changes = try disk.perform(fileSystem.process, .watch, name) { (state, _) throws(Refusal) in
                if !isOpen { throw Refusal(.badDescriptor) }
                return state.changes == seen ? nil : state.changes
            }
            if let changes {
                self.seen = changes
                return true
            }
            do throws(Refusal) {
                if let scheduler = disk.scheduler, try scheduler.blocked(fileSystem.process, canTimeOut: true) {
                    continue
                }
            } catch {
                throw FileSystemError(operation: .watch, name: name, code: error.code)
            }
            disk.pass(timeoutNanoseconds)
            return false
        }
    }

    func close() throws(FileSystemError) { isOpen = false }
}

/// One advisory lock held by an open file description.
package struct SimHeldLock: Sendable {
    package var inode: Int64
    package var mode: LockMode
    package var description: ObjectIdentifier
    package var process: Int32
}
