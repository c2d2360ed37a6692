/// What goes wrong in one call.
public enum SimFault: Sendable, Hashable, CustomStringConvertible {
    /// The call fails and has no effect, except that a failed sync leaves what it covered in doubt for good:
    /// the pages count as clean, a later sync returns success without having written them.
    case error(ErrorNumber)
    /// The process is killed right before the call: that one and all its later ones fail with `EBADF` and have no
    /// effect, and its locks drop. What it wrote is there for other processes, synced or not.
    case killed
    /// A read or write transfers at most this many bytes (at least 1).
    case short(bytes: Int)
    /// A sync returns success without doing anything.
    case lyingSync
    /// A write reaches the disk with one bit inverted of what it wrote to its first sector, or a read returns one bit
    /// inverted. Bits are counted from 0, the lowest of a byte first, from the end when negative (-1 is the last one),
    /// and round and round when there are not that many.
    case flippedBit(Int)
    /// A write lands this many sectors away from where it should, within the same file; at its first or last possible
    /// sector when that is nearer.
    case misdirectedWrite(sectors: Int)

    /// A few words, as traces and reports print them.
    public var description: String {
        switch self {
        case .error(let code): "fails: \(code)"
        case .killed: "kills the process before it"
        case .short(let bytes): "transfers only \(bytes) bytes"
        case .lyingSync: "lies: success without effect"
        case .flippedBit(let bit): "with bit \(bit) flipped"
        case .misdirectedWrite(let sectors): "lands \(sectors) sectors away"
        }
    }

    /// Where a bit lies among some bytes, of which there is one at least.
    static func place(ofBit bit: Int, within count: Int) -> (byte: Int, mask: UInt8) {
        let bits = count * 8
        let place = (bit % bits + bits) % bits
        return (place / 8, 1 << UInt8(place % 8))
    }
}

/// Which calls go wrong, and how: the n-th call of a kind gets a fault.
public struct FaultPlan: Sendable, Hashable {
    /// One planned fault.
    public struct Entry: Sendable, Hashable, CustomStringConvertible {
        /// The kind of call.
        public var operation: FileSystemError.Operation
        /// Which call of that kind, counted from 1 over all processes of the disk since the plan was set.
        public var occurrence: Int
        /// What happens.
        public var fault: SimFault

        /// Makes a planned fault.
        public init(_ operation: FileSystemError.Operation, occurrence: Int, _ fault: SimFault) {
            self.operation = operation
            self.occurrence = occurrence
            self.fault = fault
        }

        /// `sync #2 fails: …`.
        public var description: String { "\(operation.rawValue) #\(occurrence) \(fault)" }
    }

    /// The planned faults, in any order.
    public var entries: [Entry]

    /// Makes a plan; without entries nothing goes wrong.
    public init(_ entries: [Entry] = []) { self.entries = entries }

    /// A plan under which the `occurrence`-th call of one kind gets `fault`.
    public static func on(
        _ operation: FileSystemError.Operation,
        _ occurrence: Int = 1,
        _ fault: SimFault
    ) -> FaultPlan {
        FaultPlan([Entry(operation, occurrence: occurrence, fault)])
    }

    /// Counted round and round it comes to another place of each length, and of no usual one to the first or the last:
    /// it is a prime, and the next number twice a prime.
    private static let byteInBetween = 7057

    /// What a device that lies may do to `operation`: a success is reported, and the disk holds something else, or
    /// nothing new. After such a fault a store may have lost what it acknowledged; what it then gives out must not be
    /// wrong.
    public static func silentFaults(in operation: FileSystemError.Operation) -> [SimFault] {
        switch operation {
        case .write, .append: [.flippedBit(3), .misdirectedWrite(sectors: 1), .misdirectedWrite(sectors: -1)]
        case .sync, .syncDirectory: [.lyingSync]
        default: []
        }
    }

    /// Every fault that `operation` can meet and that it, or the bytes it gives, can tell of. Of what is read single
    /// bits are flipped: one in the first byte, one in the last, and one in between whose place depends on the length.
    public static func applicableFaults(to operation: FileSystemError.Operation) -> [SimFault] {
        switch operation {
        case .read:
            [
                .error(.inputOutput), .error(.interrupted), .short(bytes: 1),
                // The lowest bit leaves a digit a digit.
                .flippedBit(3), .flippedBit(-8), .flippedBit(8 * Self.byteInBetween),
            ]
        case .write, .append:
            [
                .error(.inputOutput), .error(.noSpace), .error(.quotaExceeded), .error(.interrupted),
                .short(bytes: 1),
            ]
        case .sync, .syncDirectory: [.error(.inputOutput), .error(.noSpace), .error(.quotaExceeded)]
        case .open, .subdirectory, .openDirectory, .reopen:
            [
                .error(.inputOutput), .error(.accessDenied), .error(.tooManyOpenFiles), .error(.symbolicLinkLoop),
                .error(.noSpace),
            ]
        case .makeDirectory, .rename, .link, .truncate, .allocate:
            [.error(.inputOutput), .error(.noSpace), .error(.quotaExceeded), .error(.accessDenied)]
        case .remove, .removeDirectory, .setPermissions: [.error(.inputOutput), .error(.accessDenied)]
        case .entries, .status, .directoryStatus, .fileStatus, .lock, .lockDirectory, .unlock, .unlockDirectory, .close,
            .closeDirectory, .watch, .map, .mountFacts, .fillRandom:
            [.error(.inputOutput)]
        case .createThread, .keepAcrossExec, .hostProbe: []
        }
    }
}
