public import FileSystemSeam

/// What holds the store's path, as the mount table and `statfs` tell it.
public struct MountEvidence: Sendable, Hashable {
    /// Where the bytes are.
    public typealias Source = FileSystemKind

    /// Whether the mount table showed it. Where it did not, type and options are not known, and empty.
    public var isInMountTable: Bool
    /// The file system's name, `ext4`; empty when unknown.
    public var type: String
    /// Where the bytes are.
    public var source: Source
    /// The options of the mount and of the file system, in the table's order.
    public var options: [String]
    /// The options that ext2, ext3 and ext4 work by, those that the file system keeps itself among them; empty of
    /// others, and when they are not told.
    public var effectiveOptions: [String]
    /// Whether writes are refused.
    public var isReadOnly: Bool
    /// The longest name, in bytes.
    public var nameLengthMaximum: UInt64
    /// How many bytes may still be used.
    public var availableBytes: UInt64

    /// Classifies what the machine says.
    public init(_ facts: MountFacts) {
        isInMountTable = facts.isInMountTable
        type = facts.fileSystemType
        options = facts.mountOptions + facts.fileSystemOptions
        effectiveOptions = facts.effectiveOptions
        isReadOnly = facts.isReadOnly || facts.mountOptions.contains("ro") || facts.fileSystemOptions.contains("ro")
        nameLengthMaximum = facts.nameLengthMaximum
        availableBytes = facts.availableBytes
        source = facts.kind
    }

    /// Whether the options give up durability: `volatile` of overlays, and write barriers that are off.
    public var optionsGiveUpDurability: Bool { isVolatile || hasNoBarriers }

    /// Whether the options say that nothing is ever synced.
    public var isVolatile: Bool { options.contains { $0 == "volatile" || $0 == "fsync=volatile" } }

    /// Whether the device's write cache is never flushed, also by the file system's own default.
    public var hasNoBarriers: Bool { (options + effectiveOptions).contains { Self.barrierless.contains($0) } }

    private static let barrierless: Set<String> = ["nobarrier", "barrier=0", "barrier=none", "fsync_mode=nobarrier"]

    /// The value of ext's `data=` option; empty when it is not said. That of the file system's own default is only said
    /// where it is not `ordered`, as the table has it.
    public var dataMode: String {
        if let said = Self.dataMode(options) { return said }
        let mode = Self.dataMode(effectiveOptions) ?? ""
        return mode == "ordered" ? "" : mode
    }

    private static func dataMode(_ options: [String]) -> String? {
        options.first { $0.hasPrefix("data=") }.map { String($0.dropFirst("data=".count)) }
    }

    /// The options, and what of the file system's own defaults gives up durability, for people.
    var toldOptions: String {
        let defaults = effectiveOptions.filter { Self.barrierless.contains($0) && !options.contains($0) }
        let told = options.joined(separator: ",")
        return defaults.isEmpty
            ? told : "\(told) and, by the file system's own default, \(defaults.joined(separator: ","))"
    }

    /// Whether the statistics of a file system alone show that it is neither read-only, nor another machine's, nor a
    /// program's that may keep its files on another machine.
    ///
    /// Some file systems answer with the number of another one, as 9p does with that of the host's; none that is on a
    /// network is known to answer with a local one's.
    static func isSurelyWritableAndHere(_ statistics: MountFacts) -> Bool {
        if statistics.isReadOnly { return false }
        switch statistics.kind {
        case .local, .overlay, .memory: return true
        case .network, .fuse, .unknown: return false
        }
    }
}
