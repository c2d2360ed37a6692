internal import Synchronization

/// An in-memory disk with POSIX semantics, shared by any number of simulated processes.
///
/// # Fault model
///
/// What processes see is exact: names, hard links, `O_EXCL`, `O_APPEND`, files unlinked while open, permissions of
/// one unprivileged user, and advisory locks per open file description. What survives is another matter, and two
/// crashes are kept apart:
///
/// - A **process kill** (``kill(_:)``) ends one process. The page cache survives, so every other process and every
///   later one sees all that was written; the dead process's locks drop.
/// - A **power loss** (``afterPowerLoss(_:keeping:)``, or an explorer that tries them all) leaves what a
///   ``PersistenceModel`` allows: every operation is split into micro-operations on cells (a 512-byte sector, a file
///   length, a name, an attribute), and what survives is any set of them that is closed under the model's order.
///
/// Sectors are atomic and unordered among themselves. A sync that returned success makes durable what its model
/// says. A sync that fails reports it once: the pages count as clean, a second sync succeeds without writing
/// them, and the disk holds any subset. A planned fault (``faults``) makes one call fail, transfer less, lie, flip
/// a bit or write elsewhere; a corrupted write looks right to every process until the next power loss, as a page
/// cache would have it. After a failed sync processes go on reading what they wrote. No inode number is used twice,
/// unless ``reusesInodeNumbers`` says otherwise.
///
/// The modification time of a directory moves with its names while the machine runs; a power loss sets it back to that
/// of its creation.
///
/// Not modelled: symbolic links cannot be made through the seam (a test plants them), the link count of a
/// directory is 1, files beyond 2 TiB, access times, extended attributes, and threads inside a process (a data-race
/// detector's business).
///
/// Time is simulated: the clock starts at 2026-01-01T00:00:00Z, each operation takes a microsecond, sleeping
/// takes no real time, file times have a grain of 4 ms. Randomness comes from `seed`. Equal calls give equal disks.
@safe
public final class SimDisk: @unchecked Sendable {
    /// Behind a pointer: a property of a class is guarded against overlapping accesses at run time, which made up a
    /// tenth of an exploration. The gate keeps accesses apart here.
    private let storage: UnsafeMutablePointer<SimState>
    package var state: SimState {
        _read { yield unsafe storage.pointee }
        _modify { yield unsafe &storage.pointee }
    }
    /// Which calls go wrong. Setting it starts the count of calls anew.
    public var faults = FaultPlan() {
        didSet {
            callCounts = [:]
            isHooked = isTracing || !faults.entries.isEmpty
        }
    }
    /// Whether operations are written to ``trace``.
    public var isTracing = true {
        didSet { isHooked = isTracing || !faults.entries.isEmpty }
    }
    /// What ``FileSystem/tellsEveryHandleOfFailedSyncs`` answers, and whether it is so. When false a sync through
    /// another handle than the one whose sync failed succeeds, and covers nothing of what the failure took.
    public var tellsEveryHandleOfFailedSyncs = false
    /// Whether a new file or directory gets the lowest inode number of those that have no name and that no process has
    /// open any more. To be set before anything is opened. When false no number is used twice, nor is it in an
    /// explorer's recoveries. After a power loss what was made since the last ``checkpoint()`` has a number that nothing
    /// else had.
    public var reusesInodeNumbers: Bool {
        get { openHandles != nil }
        set {
            openHandles = newValue ? OpenHandles() : nil
            state.numbers.handles = openHandles
        }
    }
    private var openHandles: OpenHandles?
    /// Every operation since the start, when ``isTracing``.
    public package(set) var trace: [SimOperation] = []
    /// What ``FileSystem/mountFacts(of:)`` answers.
    public var mountFacts = MountFacts(
        fileSystemType: "ext4",
        magic: 0xEF53,
        mountPoint: "/",
        source: "/dev/simulated",
        mountOptions: ["rw"],
        fileSystemOptions: ["rw"],
        isReadOnly: false,
        blockSizeBytes: 4096,
        availableBytes: 1 << 40,
        nameLengthMaximum: 255,
        journalsData: false
    )
    /// What ``HostProbes/hostFacts`` of a process gives.
    public var hostFacts = HostFacts(
        kernelName: "Simulated",
        kernelRelease: "1",
        architecture: "simulated",
        pageSizeBytes: 4096,
        lockableBytes: 1 << 23,
        clockResolutionNanoseconds: 1,
        hidesFromDumps: true,
        wipesOnFork: true,
        bootID: "simulated-boot",
        clockSource: "simulated",
        container: "none"
    )
    /// What ``HostProbes/writesBack(below:)`` of a process gives.
    public var writesBack: Bool? = true
    /// What ``HostProbes/sharedMapIsCoherent(of:timeoutNanoseconds:)`` of a process finds.
    public var mapsAreCoherent = true
    /// The host's name, as processes see it; setting it is seen by all.
    public var hostName = "simulated"
    /// The process-id namespace that processes see themselves in; setting it is seen by all.
    public var processNamespace: UInt64 = 1
    /// The numbers that processes have, as ``FileSystem/isProcessNumberInUse(_:)`` tells all; nil where that is not
    /// told.
    public var processNumbersInUse: Set<Int32>?
    /// The mode bits a process's umask takes away; 022 unless set.
    public var umask: Permissions {
        get { Permissions(rawValue: state.umask) }
        set { state.umask = newValue.rawValue }
    }

    /// How many operations may be made, counted from the last ``allow(_:)`` or restart; an explorer's bound.
    private(set) var allowance = Int.max
    // Every operation looks at these. What no other module reaches is checked for overlapping accesses by the compiler.
    private var limit = Int.max
    /// The number of the last operation that may be made.
    var operationLimit: Int { limit }
    private var turns: (any SimScheduler)?
    /// Why the run was taken for one that does not end; nil while it was not.
    package var hang: String?
    /// Names the state that is being tried, for the last words about a run that cannot be stopped.
    package var tellState: (() -> String)?
    /// Calls of this run that cannot be refused, such as looks at the clock.
    var idleCalls = 0
    /// How often a lock that is held is looked at before its holder is taken for gone, when a limit is set.
    var lockLooksMaximum = 5_000
    package var scheduler: (any SimScheduler)? {
        get { turns }
        set { turns = newValue }
    }
    var isHooked = true
    private var callCounts: [FileSystemError.Operation: Int] = [:]
    /// The number that a process was given last. An explorer sets it back, so that what it runs again has the same
    /// numbers.
    package var lastProcess: Int32 = 1000
    /// How often the machine was started: the boot that processes belong to.
    package var bootCount: UInt64 = 1
    /// Whether the process that a traced call was last made for was killed.
    package internal(set) var hasKilledTheLast = false
    private let gate = Atomic<Bool>(false)

    /// Makes an empty disk: a root directory and nothing else.
    ///
    /// - Parameters:
    ///   - seed: where its randomness starts.
    ///   - quotaBytes: how many bytes files may hold together; nil for no limit. Bytes are counted by file length
    ///     and come back when a file is cut, not when it is removed.
    ///   - quotaError: what a write beyond the limit gives, `.noSpace` or `.quotaExceeded`.
    public init(seed: UInt64 = 0, quotaBytes: Int64? = nil, quotaError: ErrorNumber = .noSpace) {
        unsafe storage = UnsafeMutablePointer<SimState>.allocate(capacity: 1)
        unsafe storage.initialize(to: SimState(seed: seed))
        if let quotaBytes { state.quota = QuotaAccount(limitBytes: quotaBytes, code: quotaError) }
    }

    /// The same machine, started again with the same things on its disk.
    init(after disk: SimDisk) {
        unsafe storage = UnsafeMutablePointer<SimState>.allocate(capacity: 1)
        unsafe storage.initialize(to: disk.state)
        state.source = nil
        bootCount = disk.bootCount + 1
        tellsEveryHandleOfFailedSyncs = disk.tellsEveryHandleOfFailedSyncs
        reusesInodeNumbers = disk.reusesInodeNumbers
        mountFacts = disk.mountFacts
        hostFacts = disk.hostFacts
        writesBack = disk.writesBack
        mapsAreCoherent = disk.mapsAreCoherent
        hostName = disk.hostName
        processNamespace = disk.processNamespace
    }

    deinit {
        unsafe storage.deinitialize(count: 1)
        unsafe storage.deallocate()
    }

    /// Takes note of what a process has opened.
    func noteOpened(_ handle: any SimHandle) {
        guard let openHandles else { return }
        enter()
        defer { leave() }
        openHandles.add(handle)
    }

    /// Starts a process: its own view of this disk, with its own identity and locks.
    public func boot() -> SimFS {
        enter()
        defer { leave() }
        lastProcess += 1
        return SimFS(self, SimProcess(id: lastProcess, boot: bootCount))
    }

    /// Kills a process: its locks drop and whatever it still tries fails without effect. The disk keeps all it wrote.
    public func kill(_ process: SimFS) {
        end(process.process)
    }

    /// Makes everything durable that processes see now, as a long quiet time would.
    public func checkpoint() {
        enter()
        defer { leave() }
        state.checkpoint()
    }

    /// Puts a symbolic link on the disk, which the seam itself cannot make.
    ///
    /// - Throws: `.exists` when the name is taken, `.invalidArgument` when it is not one component.
    public func plantSymbolicLink(_ name: String, to target: String, in directory: SimDirectory)
        throws(FileSystemError)
    {
        try perform(directory.process, .link, name, "to \(target)") { (state, _) throws(Refusal) in
            let (cell, found) = try state.lookUp(directory.inode, name)
            if found != 0 { throw Refusal(.exists) }
            let inode = try state.create(
                .symbolicLink,
                in: directory.inode,
                cell: cell,
                permissions: Permissions(rawValue: 0o777)
            )
            state.linkTargets[inode] = target
        }
    }

    // MARK: - For an explorer
    // Functions, because reading `state` from another module copies all of it.

    /// Lets so many more operations be made from now on, and so many calls that cannot be refused. Those beyond are
    /// refused.
    package func allow(_ count: Int) {
        allowance = count
        let (sum, isTooMuch) = state.operations.addingReportingOverflow(count)
        limit = isTooMuch ? .max : sum
        idleCalls = 0
    }

    package func restart(firstInode: Int64, randomWord: UInt64, now: Int64, foreseeing steps: [ForeseenStep]) {
        hang = nil
        state.restart(firstInode: firstInode, randomWord: randomWord, now: now)
        allow(allowance)
        state.foresee(steps)
    }

    /// Ends a process as ``kill(_:)`` does.
    package func end(_ process: SimProcess) {
        enter()
        defer { leave() }
        state.end(process)
    }

    /// Lets go of the locks of a process that does nothing more, and has handles that others still have in hand.
    package func dropLocks(of process: SimProcess) {
        enter()
        defer { leave() }
        state.dropLocks(of: process)
    }

    package var observationCount: Int { state.observations }

    package func nameCells(of directory: Int64) -> [Int] { state.cells.names(of: directory) }

    package func mentions(of inode: Int64) -> [Int] { state.mentions(of: inode) }

    package var changeCount: UInt64 { state.changes }

    package var eventCount: Int { state.log.events.count }

    /// Whether any of the first `count` events of the run changed something.
    package func hasEffects(inFirst count: Int) -> Bool {
        for event in state.log.events[0..<count] where event.count > 0 { return true }
        return false
    }

    // MARK: - One operation

    /// Runs one primitive: the scheduler's turn, the operation count, a planned fault, the act, the trace line.
    @inline(__always)
    func perform<Result>(
        _ process: SimProcess,
        _ operation: FileSystemError.Operation,
        _ name: String,
        _ detail: @autoclosure () -> String = "",
        _ body: (inout SimState, SimFault?) throws(Refusal) -> Result
    ) throws(FileSystemError) -> Result {
        var fault: SimFault?
        do throws(Refusal) {
            if let turns { try turns.turn(process, operation, name) }
            enter()
            defer { leave() }
            if process.isKilled { throw Refusal(.badDescriptor) }
            if state.beginOperation() > limit { try refuse() }
            if isHooked {
                fault = prepare(process, operation, name, detail())
                if case .killed? = fault {
                    state.end(process)
                    throw Refusal(.badDescriptor)
                }
                if case .error(let code)? = fault, operation != .sync, operation != .syncDirectory {
                    throw Refusal(code)
                }
            }
            return try body(&state, fault)
        } catch {
            if isHooked { noteFailure(error.code) }
            if process.isKilled { noteRefusal(of: process) }
            throw FileSystemError(operation: operation, name: name, code: error.code)
        }
    }

    private func prepare(
        _ process: SimProcess,
        _ operation: FileSystemError.Operation,
        _ name: String,
        _ detail: String
    ) -> SimFault? {
        var fault: SimFault?
        if !faults.entries.isEmpty {
            let count = callCounts[operation, default: 0] + 1
            callCounts[operation] = count
            fault = faults.entries.first { $0.operation == operation && $0.occurrence == count }?.fault
        }
        hasKilledTheLast = false
        if isTracing {
            trace.append(
                SimOperation(
                    number: state.operations,
                    process: process.id,
                    operation: operation,
                    name: name,
                    detail: detail,
                    failure: nil,
                    fault: fault
                )
            )
        }
        return fault
    }

    private func noteFailure(_ code: ErrorNumber) {
        enter()
        defer { leave() }
        if isTracing, !trace.isEmpty { trace[trace.count - 1].failure = code }
    }

    package func enter() {
        while gate.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged == false {}
    }

    package func leave() { gate.store(false, ordering: .releasing) }
}
