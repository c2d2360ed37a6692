/// What RFC 8032 leaves to the verifier's strictness, decided on the encoded bytes.
///
/// An Ed25519 point is 32 bytes: 255 bits of y in little-endian order, then one bit for the sign of x. Three things
/// make a signature mean less than it seems, and libcrypto lets some of them pass:
/// - a y that is not reduced modulo p = 2²⁵⁵ − 19, so that one point has two encodings;
/// - a point whose order divides 8: with such a public key, anyone can make a signature that fits many messages;
/// - a scalar S that is not reduced modulo the group order L, so that one signature has two encodings.
enum Ed25519Encoding {
    /// Bytes of a private seed.
    static let seedLength = 32
    /// Bytes of a public key, and of any encoded point.
    static let publicKeyLength = 32
    /// Bytes of a signature: the point R, then the scalar S.
    static let signatureLength = 64

    /// How the bytes of a point are to be taken.
    enum PointClass {
        /// y is not below p.
        case nonCanonical
        /// The point's order is 1, 2, 4 or 8.
        case smallOrder
        /// Neither. Whether the bytes are a point of the curve at all is not decided here.
        case ordinary
    }

    /// Sorts an encoded point by its bytes alone.
    ///
    /// The one encoding this leaves out is x = 0 with its sign bit set; x is zero for y = ±1 only, and both are of
    /// small order.
    ///
    /// - Parameter bytes: 32 bytes.
    static func classify(point bytes: some RandomAccessCollection<UInt8>) -> PointClass {
        var y = Array(bytes)
        precondition(y.count == publicKeyLength, "an encoded point has 32 bytes")
        y[31] &= 0x7f
        guard isLess(y, fieldPrime) else { return .nonCanonical }
        return smallOrderY.contains(y) ? .smallOrder : .ordinary
    }

    /// Whether a scalar is reduced: S < L.
    ///
    /// - Parameter bytes: 32 bytes, little-endian.
    static func isReduced(scalar bytes: some RandomAccessCollection<UInt8>) -> Bool {
        let scalar = Array(bytes)
        precondition(scalar.count == 32, "an encoded scalar has 32 bytes")
        return isLess(scalar, groupOrder)
    }

    /// Compares little-endian numbers of equal length. They are public, so the time it takes may depend on them.
    private static func isLess(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        for index in left.indices.reversed() where left[index] != right[index] { return left[index] < right[index] }
        return false
    }

    /// p = 2²⁵⁵ − 19, little-endian.
    private static let fieldPrime: [UInt8] = [0xed] + [UInt8](repeating: 0xff, count: 30) + [0x7f]

    /// L = 2²⁵² + 27742317777372353535851937790883648493, little-endian (RFC 8032 section 5.1).
    private static let groupOrder: [UInt8] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ]

    /// The y of all eight points of small order: 1 has order 1, −1 order 2, 0 order 4, and the last two, which are
    /// negatives of each other, order 8.
    private static let smallOrderY: [[UInt8]] = [
        [1] + [UInt8](repeating: 0, count: 31),
        [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
        [UInt8](repeating: 0, count: 32),
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
            0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
            0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
        ],
    ]
}
