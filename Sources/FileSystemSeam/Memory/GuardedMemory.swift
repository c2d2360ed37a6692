internal import CPosix

/// Memory for secrets: between two pages that nobody may touch, kept out of swap, dumps and forked children where the
/// system grants it, and overwritten with zeros when it is released.
///
/// What the system granted is in ``protections``; a refusal is no error, because a secret in ordinary memory is still
/// better than no secret, but it has to be known. The sources are mmap(2), mprotect(2), mlock(2) and madvise(2).
///
/// The caller sees to it that no two threads use the bytes at once when one of them writes.
@safe
public final class GuardedMemory: @unchecked Sendable {
    /// What the system granted beyond the guard pages.
    public struct Protections: OptionSet, Sendable, Hashable {
        /// The bits.
        public let rawValue: Int32

        /// Makes protections from their bits.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// The pages are never written to swap (`mlock`). Refused when `RLIMIT_MEMLOCK` is used up.
        public static let locked = Protections(rawValue: Int32(CPOSIX_GUARDED_LOCKED))
        /// The pages are left out of core dumps (`MADV_DONTDUMP`).
        public static let notDumped = Protections(rawValue: Int32(CPOSIX_GUARDED_NOT_DUMPED))
        /// A forked child finds zeros (`MADV_WIPEONFORK`); on Darwin it has no memory there (`VM_INHERIT_NONE`), and
        /// touching the bytes ends it.
        public static let wipedOnFork = Protections(rawValue: Int32(CPOSIX_GUARDED_WIPED_ON_FORK))
    }

    /// The usable bytes: what was asked for, rounded up to whole pages.
    public let count: Int
    /// What the system granted.
    public let protections: Protections
    /// The process that made it.
    public let owner: ProcessInstance
    private let start: UnsafeMutableRawPointer

    /// Maps zeroed memory.
    ///
    /// - Parameter byteCount: at least 1.
    /// - Throws: `.outOfMemory`, or `.invalidArgument` for less than 1; the operation is `.map`.
    public init(byteCount: Int) throws(FileSystemError) {
        var address: UnsafeMutableRawPointer?
        var granted: Int32 = 0
        let mapped = byteCount > 0 ? unsafe cposix_guarded_map(byteCount, &address, &granted) : -Int(CPOSIX_EINVAL)
        count = try checked(mapped, .map, "guarded memory")
        guard let address = unsafe address else {
            throw FileSystemError(operation: .map, name: "guarded memory", code: .outOfMemory)
        }
        unsafe start = address
        protections = Protections(rawValue: granted)
        owner = SystemCalls(hook: nil).processInstance
    }

    deinit {
        // A forked child has nothing to overwrite, and on Darwin perhaps other memory there.
        if protections.contains(.wipedOnFork), !isOwnProcess { return }
        _ = unsafe cposix_guarded_unmap(start, count)
    }

    /// Whether this is the process that made it, and not a forked child of that, whose copy was wiped.
    public var isOwnProcess: Bool { SystemCalls(hook: nil).processInstance == owner }

    /// Runs `body` on the bytes. The pointer is not to be kept.
    @unsafe
    public func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeMutableRawBufferPointer(start: start, count: count))
    }
}
