@_spi(Bytes) internal import Canonical

/// What the records up to and including one add up to, for what that record names: what a run keeps for every record,
/// so that an answer needs none of the records before.
///
///     28 bytes, little-endian: line offset (4, all ones where it is larger), uses of the grant (4), uses of the nonce (4), maximum (4),
///     use of the grant before (5), use of the nonce before (5), flags (1: a use, 2: has a maximum, 4: a revocation), 0
struct RecordState: Sendable, Hashable {
    /// Where its line begins in its segment; ``untoldOffset`` from there on.
    var offset: UInt32 = 0
    /// For a use: how many uses its grant has with it.
    var grantUseCount: UInt32 = 0
    /// For a use: how many uses its nonce has with it.
    var nonceUseCount: UInt32 = 0
    /// For a use: the maximum that the latest use of its nonce which names one gives, this one included.
    var maximumUses: UInt32?
    /// For a use: the use of its grant before it; 0 for none.
    var previousOfGrant: UInt64 = 0
    /// For a use: the use of its nonce before it; 0 for none.
    var previousOfNonce: UInt64 = 0
    var kind = RecordKind.journalCheckpoint

    /// Stands for every offset that four bytes cannot tell.
    static let untoldOffset = UInt32.max

    /// An offset as a state tells it.
    static func offset(_ offset: Int64) -> UInt32 { UInt32(clamping: offset) }

    /// Where its line begins in its segment; nil where it does not tell.
    var lineOffset: Int64? { offset == Self.untoldOffset ? nil : Int64(offset) }

    /// Writes the state; the inverse of ``init(_:at:)``.
    func store(in bytes: inout [UInt8], at place: Int) {
        Bytes.store(UInt64(offset) | UInt64(grantUseCount) &<< 32, in: &bytes, at: place)
        Bytes.store(UInt64(nonceUseCount) | UInt64(maximumUses ?? 0) &<< 32, in: &bytes, at: place &+ 8)
        let flags: UInt64 = (isUse ? 1 : 0) | (maximumUses == nil ? 0 : 2) | (isRevocation ? 4 : 0)
        Bytes.store(previousOfGrant | previousOfNonce &<< 40, in: &bytes, at: place &+ 16)
        let rest = previousOfNonce &>> 24 & 0xFFFF | flags &<< 16
        bytes[place &+ 24] = UInt8(truncatingIfNeeded: rest)
        bytes[place &+ 25] = UInt8(truncatingIfNeeded: rest &>> 8)
        bytes[place &+ 26] = UInt8(truncatingIfNeeded: rest &>> 16)
        bytes[place &+ 27] = 0
    }

    /// Reads a state.
    init(_ bytes: Span<UInt8>, at place: Int) {
        let first = ByteWord.load(bytes, at: place)
        let second = ByteWord.load(bytes, at: place &+ 8)
        let third = ByteWord.load(bytes, at: place &+ 16)
        offset = UInt32(truncatingIfNeeded: first)
        grantUseCount = UInt32(truncatingIfNeeded: first &>> 32)
        nonceUseCount = UInt32(truncatingIfNeeded: second)
        let flags = bytes[place &+ 26]
        maximumUses = flags & 2 == 0 ? nil : UInt32(truncatingIfNeeded: second &>> 32)
        previousOfGrant = third & 0xFF_FFFF_FFFF
        previousOfNonce = third &>> 40 | UInt64(bytes[place &+ 24]) &<< 24 | UInt64(bytes[place &+ 25]) &<< 32
        kind = flags & 1 == 1 ? .approvalUse : flags & 4 == 4 ? .approvalRevocation : .journalCheckpoint
    }

    init() {}

    var isUse: Bool { kind == .approvalUse }
    var isRevocation: Bool { kind == .approvalRevocation }
}
