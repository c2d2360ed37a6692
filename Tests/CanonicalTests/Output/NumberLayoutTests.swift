import Canonical
import Testing

/// The three layouts of the same shortest digits.
@Suite struct NumberLayoutTests {
    private func text(_ value: Double, _ form: CanonicalForm) throws -> String { try written(form) { $0.value(value) } }

    /// Value, ECMAScript, serde_json ≥ 1.0.147, serde_json ≤ 1.0.146.
    static let layouts: [(Double, String, String, String)] = [
        (0, "0", "0.0", "0.0"), (-0.0, "0", "-0.0", "-0.0"), (1, "1", "1.0", "1.0"), (-1.5, "-1.5", "-1.5", "-1.5"),
        (100, "100", "100.0", "100.0"), (0.1, "0.1", "0.1", "0.1"),
        (0.00001, "0.00001", "0.00001", "0.00001"), (1e-6, "0.000001", "1e-6", "1e-6"), (1e-7, "1e-7", "1e-7", "1e-7"),
        (1.5e-7, "1.5e-7", "1.5e-7", "1.5e-7"), (123e-7, "0.0000123", "0.0000123", "0.0000123"),
        (1e15, "1000000000000000", "1000000000000000.0", "1000000000000000.0"),
        (1e16, "10000000000000000", "1e+16", "1e16"), (1.5e16, "15000000000000000", "1.5e+16", "1.5e16"),
        (1e20, "100000000000000000000", "1e+20", "1e20"), (1e21, "1e+21", "1e+21", "1e21"),
        (295147905179352825856, "295147905179352830000", "2.9514790517935283e+20", "2.9514790517935283e20"),
        (9.999999999999999e20, "999999999999999900000", "9.999999999999999e+20", "9.999999999999999e20"),
        (9007199254740992, "9007199254740992", "9007199254740992.0", "9007199254740992.0"),
        (1e100, "1e+100", "1e+100", "1e100"), (1e-100, "1e-100", "1e-100", "1e-100"),
        (.greatestFiniteMagnitude, "1.7976931348623157e+308", "1.7976931348623157e+308", "1.7976931348623157e308"),
        (.leastNonzeroMagnitude, "5e-324", "5e-324", "5e-324"),
        (.leastNormalMagnitude, "2.2250738585072014e-308", "2.2250738585072014e-308", "2.2250738585072014e-308"),
        (-123456.789, "-123456.789", "-123456.789", "-123456.789"),
        (333333333.33333329, "333333333.3333333", "333333333.3333333", "333333333.3333333"),
        // Subnormals whose shortest digits a careless printer misses (it writes 4.94e-324 or 1.976e-323).
        (4 * .leastNonzeroMagnitude, "2e-323", "2e-323", "2e-323"),
    ]

    @Test(arguments: layouts.indices) func aNumberIsLaidOutAs(_ index: Int) throws {
        let (value, ecmaScript, serde, ryu) = Self.layouts[index]
        #expect(try text(value, .jcs) == ecmaScript)
        #expect(try text(value, .declared) == serde)
        #expect(try text(value, .declaredRyu) == ryu)
        #expect(Double(ecmaScript) == value)
    }

    @Test func rfc8785AppendixB() throws {
        // Samples of RFC 8785, appendix B: the bits of a double and its text.
        let samples: [(UInt64, String)] = [
            (0x0000000000000000, "0"), (0x8000000000000000, "0"), (0x0000000000000001, "5e-324"),
            (0x8000000000000001, "-5e-324"), (0x7fefffffffffffff, "1.7976931348623157e+308"),
            (0xffefffffffffffff, "-1.7976931348623157e+308"), (0x4340000000000000, "9007199254740992"),
            (0xc340000000000000, "-9007199254740992"), (0x4430000000000000, "295147905179352830000"),
            (0x44b52d02c7e14af5, "9.999999999999997e+22"), (0x44b52d02c7e14af6, "1e+23"),
            (0x44b52d02c7e14af7, "1.0000000000000001e+23"), (0x444b1ae4d6e2ef4e, "999999999999999700000"),
            (0x444b1ae4d6e2ef4f, "999999999999999900000"), (0x444b1ae4d6e2ef50, "1e+21"),
            (0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"), (0x3eb0c6f7a0b5ed8d, "0.000001"),
            (0x41b3de4355555553, "333333333.3333332"), (0x41b3de4355555554, "333333333.33333325"),
            (0x41b3de4355555555, "333333333.3333333"), (0x41b3de4355555556, "333333333.3333334"),
            (0x41b3de4355555557, "333333333.33333343"), (0xbecbf647612f3696, "-0.0000033333333333333333"),
            (0x43143ff3c1cb0959, "1424953923781206.2"),
        ]
        for (bits, expected) in samples { #expect(try text(Double(bitPattern: bits), .jcs) == expected) }
    }

    @Test func numbersOfATextAreLaidOutAnew() throws {
        #expect(
            try canonical("[1.0,1E2,1e-6,-0,-0.0,0.10,1e20,295147905179352825856,100000000000000000000000,1.50e+1]")
                == "[1,100,0.000001,0,0,0.1,100000000000000000000,295147905179352830000,1e+23,15]"
        )
        #expect(
            try canonical("[1.0,1E2,1e-6,-0,-0.0,0.10,1e16,18446744073709551616]", .declared)
                == "[1.0,100.0,1e-6,-0.0,-0.0,0.1,1e+16,1.8446744073709552e+19]"
        )
    }

    @Test func integersAreExact() throws {
        for form in CanonicalForm.allCases {
            #expect(try written(form) { $0.value(UInt64.max) } == "18446744073709551615")
            #expect(try written(form) { $0.value(Int64.min) } == "-9223372036854775808")
            #expect(try written(form) { $0.value(UInt8(0)) } == "0")
            #expect(try written(form) { $0.value(-10) } == "-10")
            for power in 0..<19 {
                let value = (0..<power).reduce(UInt64(1)) { product, _ in product * 10 }
                #expect(try written(form) { $0.value(value) } == "1" + String(repeating: "0", count: power))
                #expect(try written(form) { $0.value(value - 1) } == String(value - 1))
            }
        }
    }

    @Test func aNumberMadeByHandIsWrittenAsItsValue() throws {
        // Nothing keeps a caller from putting a positive integer into the case for negative ones.
        #expect(try written(.jcs) { $0.value(JSONNumber.negative(5)) } == "5")
        #expect(try written(.declared) { $0.value(JSONNumber.negative(0)) } == "0")
    }

    @Test func nanAndInfinitiesAreErrorsNeverNull() throws {
        for value in [Double.nan, .infinity, -.infinity, .signalingNaN] {
            for form in CanonicalForm.allCases {
                #expect(throws: CanonicalError.notFinite(key: "")) { try text(value, form) }
            }
        }
    }
}
