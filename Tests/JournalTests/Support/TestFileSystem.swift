import FileSystemSeam

/// The real machine, but for what a test wants to be different: the clock, the random bytes, failing calls.
///
/// `intercept` sees every call before it is made, on whatever thread makes it.
final class TestFileSystem: FileSystem {
    typealias Intercept = @Sendable (SeamCall) -> SeamFault?

    private struct State {
        var wallClock: WallClockTime?
        var random: UInt8?
        var process: ProcessInstance?
        var calls: [SeamCall] = []
        var intercept: Intercept?
        /// What is kept open; nil for nothing.
        var kept: [any Sendable]?
        var listing: (@Sendable (String, [DirectoryEntry]) -> [DirectoryEntry])?
    }

    private let base = PosixFileSystem()
    private let state = Condition(State())
    /// What paths of calls are relative to.
    private let root: String
    private let place: TemporaryPlace

    init(root: String, place: TemporaryPlace) {
        self.root = root
        self.place = place
    }

    /// Every call so far, in order.
    var calls: [SeamCall] { state.withLock { $0.calls } }

    func forgetCalls() { state.withLock { $0.calls = [] } }

    func setIntercept(_ intercept: Intercept?) { state.withLock { $0.intercept = intercept } }

    /// Stops the wall clock at a time in seconds since the epoch.
    func setClock(secondsSinceEpoch seconds: Int64, nanoseconds: Int64 = 0) {
        let time = WallClockTime(nanosecondsSinceEpoch: seconds * 1_000_000_000 + nanoseconds)
        state.withLock { $0.wallClock = time }
    }

    /// Makes every random byte the same.
    func setRandom(_ byte: UInt8) { state.withLock { $0.random = byte } }

    /// Makes a call, or what the test makes of it.
    func perform<Result>(
        _ operation: FileSystemError.Operation,
        _ path: String,
        to newPath: String? = nil,
        _ body: () throws(FileSystemError) -> Result
    ) throws(FileSystemError) -> Result {
        let call = SeamCall(operation: operation, path: path, newPath: newPath)
        let intercept = state.withLock { (state) -> Intercept? in
            state.calls.append(call)
            return state.intercept
        }
        switch intercept?(call) {
        case nil: return try body()
        case .failure(let code):
            throw FileSystemError(operation: operation, name: path, code: code)
        case .failureAfterwards(let code):
            _ = try body()
            throw FileSystemError(operation: operation, name: path, code: code)
        }
    }

    /// From now on whatever is opened stays open, as it does while a forked child has it, too: a lock on it ends when it
    /// is given up.
    func keepHandles() { state.withLock { $0.kept = [] } }

    /// Keeps what was opened, where that is asked for.
    func keep(_ opened: any Sendable) { state.withLock { $0.kept?.append(opened) } }

    func openDirectory(_ path: String) throws(FileSystemError) -> any Directory {
        let place = place(of: path)
        let opened = try perform(.openDirectory, place) { () throws(FileSystemError) in try base.openDirectory(path) }
        keep(opened)
        return TestDirectory(opened, place, self)
    }

    func directoryStatus(_ path: String) throws(FileSystemError) -> FileStatus {
        try perform(.directoryStatus, place(of: path)) { () throws(FileSystemError) in try base.directoryStatus(path) }
    }

    /// A path relative to the root: `..` for the directory that holds it, and so on.
    private func place(of path: String) -> String {
        if path == root { return "" }
        // As the parent of what is opened is named.
        if path.hasSuffix("/..") {
            let below = place(of: String(path.dropLast(3)))
            return below.isEmpty ? ".." : "\(below)/.."
        }
        if path.hasPrefix(root + "/") { return String(path.dropFirst(root.count + 1)) }
        guard root.hasPrefix(path) else { return path }
        let between = root.dropFirst(path.count).split(separator: "/")
        return between.map { _ in ".." }.joined(separator: "/")
    }

    /// The place of a name in a directory: the root again, when it is that.
    func place(of name: String, in directory: String) -> String {
        if directory == "..", root.hasSuffix("/" + name) { return "" }
        return directory.isEmpty ? name : "\(directory)/\(name)"
    }

    /// Changes what a directory lists.
    func setListing(_ change: (@Sendable (String, [DirectoryEntry]) -> [DirectoryEntry])?) {
        state.withLock { $0.listing = change }
    }

    func listing(of path: String, _ entries: [DirectoryEntry]) -> [DirectoryEntry] {
        state.withLock { $0.listing }?(path, entries) ?? entries
    }

    func wallClock() -> WallClockTime { state.withLock { $0.wallClock } ?? base.wallClock() }
    func monotonicClock() -> MonotonicTime { base.monotonicClock() }
    func sleep(nanoseconds: UInt64) { base.sleep(nanoseconds: nanoseconds) }

    func fillRandom(_ buffer: inout MutableSpan<UInt8>) throws(FileSystemError) {
        _ = try perform(.fillRandom, "") { () throws(FileSystemError) in }
        guard let byte = state.withLock({ $0.random }) else { return try base.fillRandom(&buffer) }
        for index in buffer.indices { buffer[index] = byte }
    }

    /// From now on it is a forked child that asks, in a process-id namespace where it has its parent's number.
    func becomeForkedChild() {
        let parent = processInstance
        state.withLock { $0.process = ProcessInstance(processID: parent.processID, token: parent.token &+ 1) }
    }

    var processInstance: ProcessInstance { state.withLock { $0.process } ?? base.processInstance }

    var tellsEveryHandleOfFailedSyncs: Bool { base.tellsEveryHandleOfFailedSyncs }

    var processIdentity: ProcessIdentity { base.processIdentity }

    func mountFacts(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        try base.mountFacts(of: (directory as? TestDirectory)?.base ?? directory)
    }
}
