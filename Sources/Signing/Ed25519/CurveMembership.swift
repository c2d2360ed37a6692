internal import CCrypto
internal import Canonical

/// Whether an encoded y belongs to a point of the curve, decided with libcrypto's big numbers.
///
/// libcrypto takes any 32 bytes as a public key and refuses every signature later; a key that can never verify
/// anything is better refused where it is read.
enum CurveMembership {
    /// Whether −x² + y² = 1 + d·x²·y² has a solution x for this y.
    ///
    /// Solved for x it says x² = (y² − 1) / (d·y² + 1) modulo p, and the quotient is a square exactly when the product
    /// of both sides of the fraction is (RFC 8032 section 5.1.3). The denominator is never zero.
    ///
    /// - Parameter point: 32 bytes with y below p; the sign bit does not matter.
    static func hasPoint(_ point: [UInt8]) throws(CryptoLibraryError) -> Bool {
        CryptoLibrary.start()
        guard let context = unsafe BN_CTX_new() else { throw CryptoLibraryError("BN_CTX_new") }
        defer { unsafe BN_CTX_free(context) }
        unsafe BN_CTX_start(context)
        defer { unsafe BN_CTX_end(context) }
        // After one failed BN_CTX_get all later ones fail too, so that only the last one needs to be looked at.
        let p = unsafe BN_CTX_get(context)
        let d = unsafe BN_CTX_get(context)
        let y = unsafe BN_CTX_get(context)
        let numerator = unsafe BN_CTX_get(context)
        guard let denominator = unsafe BN_CTX_get(context) else { throw CryptoLibraryError("BN_CTX_get") }

        var yBytes = point
        yBytes[31] &= 0x7f
        let isReady =
            unsafe BN_set_bit(p, 255) == 1 && BN_sub_word(p, 19) == 1
            && BN_bin2bn(curveConstant, Int32(curveConstant.count), d) != nil
            && BN_lebin2bn(yBytes, Int32(yBytes.count), y) != nil
            && BN_mod_sqr(y, y, p, context) == 1
            && BN_mod_sub(numerator, y, BN_value_one(), p, context) == 1
            && BN_mod_mul(denominator, d, y, p, context) == 1
            && BN_mod_add(denominator, denominator, BN_value_one(), p, context) == 1
            && BN_mod_mul(numerator, numerator, denominator, p, context) == 1
        guard isReady else { throw CryptoLibraryError("BN_mod_mul") }
        let symbol = unsafe BN_kronecker(numerator, p, context)
        guard symbol >= -1 else { throw CryptoLibraryError("BN_kronecker") }
        return symbol != -1
    }

    /// d = −121665/121666 modulo p, big-endian (RFC 8032 section 5.1).
    private static let curveConstant: [UInt8] = [
        0x52, 0x03, 0x6c, 0xee, 0x2b, 0x6f, 0xfe, 0x73, 0x8c, 0xc7, 0x40, 0x79, 0x77, 0x79, 0xe8, 0x98,
        0x00, 0x70, 0x0a, 0x4d, 0x41, 0x41, 0xd8, 0xab, 0x75, 0xeb, 0x4d, 0xca, 0x13, 0x59, 0x78, 0xa3,
    ]
}
