internal import Canonical
internal import FileSystemSeam

/// A held ``MarkerLock``. When it goes out of scope the marker is removed and the lock released.
///
/// The guard cannot be copied. Errors of a release by scope end are not seen; ``release()`` tells them. Where no path
/// leaves the scope, as before a loop for ever, Swift ends the guard's life behind its last use: hand it as `borrowing`
/// to the function that does the work.
public struct MarkerLockGuard: ~Copyable, Sendable {
    private let held: HeldMarker

    init(_ held: HeldMarker) { self.held = held }

    deinit { try? held.release() }

    /// What the marker says.
    public var marker: LockMarker { held.marker }

    /// The fencing epoch: greater than that of every acquisition before. The protected store keeps the highest it has
    /// seen, and refuses a lower one; see ``EpochFence``.
    public var epoch: UInt64 { held.marker.epoch ?? 0 }

    /// What was found on the way that prevents nothing.
    public var warnings: [LockWarning] { held.warnings }

    /// Makes sure that the lock is still what it seems, and that the marker is still ours.
    ///
    /// - Throws: `.forked` in a forked child, `.lockFileReplaced`, `.markerReplaced`, `.io`. The lock is held all the
    ///   same, but for `.forked`.
    public func check() throws(LockError) { try held.check() }

    /// Leaves the marker when the lock is released, for an operator to look at: as after a rollback that failed.
    ///
    /// The reason is written into the marker, durably. When that fails, or anything else here but for `.forked`, the
    /// marker stays all the same.
    ///
    /// The marker is replaced in one step, so that it is there and whole at every moment; that step replaces whatever
    /// stands at the name. A tool that puts a marker there without taking the lock, after this one was looked at and
    /// while the new text is written and synced, loses it: to move this one aside first would let such a tool find no
    /// marker, and take the store for free.
    ///
    /// - Parameter reason: any text, as that of an error. A control character or line separator is written as `\u{a}`
    ///   is, and what is longer than 4096 bytes in UTF-8 is cut.
    /// - Throws: `.forked`, `.markerReplaced`, `.io`.
    public func preserveMarker(reason: String) throws(LockError) { try held.preserve(reason) }

    /// Removes the marker, unless it is to be preserved, and releases the lock.
    ///
    /// - Throws: `.markerReplaced` when the marker was no longer there or not ours, and then it was left as it is;
    ///   `.io`. The lock is released in any case. In a forked child nothing happens.
    public consuming func release() throws(LockError) { try held.release() }
}

/// A held lock and its marker.
final class HeldMarker: Sendable {
    private struct State {
        var marker: LockMarker
        var isPreserved = false
        var isReleased = false
    }

    private let lock: MarkerLock
    private let held: HeldLock
    private let directory: any Directory
    private let state: Condition<State>

    init(_ lock: MarkerLock, _ held: HeldLock, _ directory: any Directory, _ marker: LockMarker) {
        self.lock = lock
        self.held = held
        self.directory = directory
        state = Condition(State(marker: marker))
    }

    var marker: LockMarker { state.withLock { $0.marker } }

    var warnings: [LockWarning] { held.warnings }

    func check() throws(LockError) {
        try held.check()
        try requireOwnMarker()
    }

    private func requireOwnMarker() throws(LockError) {
        let token = marker.token
        guard let found = try lock.evidence(in: directory), TextBytes.isSame(found.marker?.token, token) else {
            throw .markerReplaced(path: lock.path)
        }
    }

    func preserve(_ reason: String) throws(LockError) {
        try held.requireOwnProcess()
        // Before anything that may fail: a marker that is removed lets the next one begin as if all were well.
        var marker = state.withLock { state in
            state.isPreserved = true
            return state.marker
        }
        try requireOwnMarker()
        marker.preservedReason = LockMarker.line(reason)
        let bytes = try marker.encoded()
        do {
            try directory.replaceAtomically(lock.name, with: bytes, temporaryName: ".\(lock.name).tmp")
        } catch {
            throw .io(error, file: lock.path)
        }
        let written = marker
        state.withLock { $0.marker = written }
    }

    /// Once; in a forked child only the copies of the descriptors are closed.
    func release() throws(LockError) {
        let state = state.withLock { state in
            let before = state
            state.isReleased = true
            return before
        }
        if state.isReleased { return }
        defer { held.release() }
        if state.isPreserved || !held.isOwnProcess { return }
        if try !lock.removeOwn(state.marker, in: directory) { throw .markerReplaced(path: lock.path) }
    }
}
