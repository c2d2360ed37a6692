/// How the shortest digits of a double are laid out.
///
/// All three print the same digits, the fewest that read back as the same double; Swift's own printing finds
/// them, and only their layout differs. With *n* the place of the decimal point relative to the first digit:
///
/// | layout | plain digits for | otherwise | whole numbers | negative zero |
/// |---|---|---|---|---|
/// | ECMAScript (RFC 8785, 3.2.2.3) | −6 < *n* ≤ 21 | `1.5e+22` | `1` | `0` |
/// | serde_json ≥ 1.0.147 | −5 < *n* ≤ 16 | `1.5e+22` | `1.0` | `-0.0` |
/// | serde_json ≤ 1.0.146 | −5 < *n* ≤ 16 | `1.5e22` | `1.0` | `-0.0` |
package enum NumberLayout {
    case ecmaScript, serde, serdeRyu

    private var plainMaximum: Int { self == .ecmaScript ? 21 : 16 }
    private var plainMinimum: Int { self == .ecmaScript ? -6 : -5 }

    /// Appends a finite double.
    func append(_ value: Double, to output: inout [UInt8]) {
        if value == 0 {
            if self == .ecmaScript {
                output.append(UInt8(ascii: "0"))
            } else {
                output.append(contentsOf: (value.sign == .minus ? "-0.0" : "0.0").utf8)
            }
            return
        }
        if value < 0 { output.append(UInt8(ascii: "-")) }
        let shortest = ShortestDigits(value.magnitude)
        let digits = shortest.digits.span
        let count = shortest.count
        let point = shortest.point
        if count <= point, point <= plainMaximum {
            output.append(digits, 0..<count)
            output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: point - count))
            if self != .ecmaScript { output.append(contentsOf: ".0".utf8) }
        } else if point > 0, point <= plainMaximum {
            output.append(digits, 0..<point)
            output.append(UInt8(ascii: "."))
            output.append(digits, point..<count)
        } else if point <= 0, point > plainMinimum {
            output.append(contentsOf: "0.".utf8)
            output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: -point))
            output.append(digits, 0..<count)
        } else {
            output.append(digits[0])
            if count > 1 {
                output.append(UInt8(ascii: "."))
                output.append(digits, 1..<count)
            }
            output.append(UInt8(ascii: "e"))
            let exponent = point - 1
            if exponent < 0 {
                output.append(UInt8(ascii: "-"))
            } else if self != .serdeRyu {
                output.append(UInt8(ascii: "+"))
            }
            Self.append(UInt64(abs(exponent)), to: &output)
        }
    }

    /// Appends an exact integer or a double.
    func append(_ number: JSONNumber, to output: inout [UInt8]) {
        switch number {
        case .unsigned(let value): Self.append(value, to: &output)
        case .negative(let value):
            // A number made by hand may be 0 or more in this case too.
            if value < 0 { output.append(UInt8(ascii: "-")) }
            Self.append(value.magnitude, to: &output)
        case .double(let value): append(value, to: &output)
        }
    }

    /// Appends an integer's decimal digits.
    package static func append(_ value: UInt64, to output: inout [UInt8]) {
        if value < 10 {
            output.append(UInt8(ascii: "0") + UInt8(value))
            return
        }
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = value
        while rest > 0 {
            first -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            digits[first] = UInt8(ascii: "0") + UInt8(digit)
            rest = quotient
        }
        output.append(digits.span, first..<20)
    }
}

/// The fewest decimal digits that read back as one positive double, and where the point stands.
struct ShortestDigits {
    /// The digits as ASCII, without leading or trailing zeros; the first ``count`` count.
    private(set) var digits = InlineArray<20, UInt8>(repeating: 0)
    private(set) var count = 0
    /// How many digits stand before the point; zero or less when zeros stand between the point and them.
    private(set) var point = 0

    init(_ value: Double) {
        var pointAfter: Int? = nil
        var exponent = 0
        var isExponent = false
        var exponentSign = 1
        var leadingZeros = 0
        for byte in value.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): pointAfter = count
            case UInt8(ascii: "e"): isExponent = true
            case UInt8(ascii: "-"): exponentSign = -1
            case UInt8(ascii: "+"): break
            default:
                if isExponent {
                    exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
                } else if count == 0, byte == UInt8(ascii: "0") {
                    if pointAfter != nil { leadingZeros += 1 }
                } else {
                    digits[count] = byte
                    count += 1
                }
            }
        }
        point = (pointAfter ?? count) - leadingZeros + exponentSign * exponent
        while count > 0, digits[count - 1] == UInt8(ascii: "0") { count -= 1 }
    }
}
