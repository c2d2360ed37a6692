internal import FileSystemSeam

/// A 128-bit hash of a sequence of observations. Not cryptographic: an accidental collision among 2³² states has a
/// chance of about 2⁻⁶⁵.
struct StateHash: Hashable {
    var high: UInt64
    var low: UInt64

    /// The hash of nothing, told apart by `seed`.
    init(seed: UInt64) {
        high = seed ^ 0x9E37_79B9_7F4A_7C15
        low = seed &* 0xC2B2_AE3D_27D4_EB4F ^ 0x1656_67B1_9E37_79F9
    }

    /// Appends one observation: what was looked at and what was seen.
    @inline(__always)
    mutating func mix(_ code: Int64, _ value: Int64) {
        let left = (high ^ UInt64(bitPattern: code)).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        let right = (low ^ UInt64(bitPattern: value)).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        high = left.high ^ right.low &+ 0xE703_7ED1_A0B4_28DB
        low = right.high ^ left.low &+ 0x8EBC_6AF0_9C88_C6E3 ^ high
    }
}

/// What a recovery looked at, packed into one integer; the payload of the seen-set.
enum Probe {
    static let listing: Int64 = 1 << 40
    static var names: Int64 { ForeseenStep.names }
    static let boot: Int64 = 3 << 40
    static let leaf: Int64 = 4 << 40
    static let mark: Int64 = 5 << 40
    static let payload: Int64 = (1 << 40) - 1
}
