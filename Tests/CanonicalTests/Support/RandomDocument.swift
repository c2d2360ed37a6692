import Canonical
import TestSupport

/// Makes JSON values that reach the corners: escapes, every plane of Unicode, prefixes, all sorts of numbers.
struct RandomDocument {
    private var generator: SplitMix64
    private var budget: Int

    init(seed: UInt64, budget: Int = 60) {
        generator = SplitMix64(seed: seed)
        self.budget = budget
    }

    mutating func value(depth: Int = 0) -> JSONValue {
        budget -= 1
        let isLeaf = depth > 8 || budget < 0
        switch Int.random(in: 0..<(isLeaf ? 8 : 14), using: &generator) {
        case 0: return .null
        case 1: return .bool(generator.oneIn(2))
        case 2, 3, 4: return .number(Self.number(using: &generator))
        case 5, 6, 7: return .string(Self.string(using: &generator))
        case 8, 9, 10:
            return .array((0..<Int.random(in: 0...6, using: &generator)).map { _ in value(depth: depth + 1) })
        default:
            var object = JSONObject()
            let count = generator.oneIn(12) ? 40 : Int.random(in: 0...7, using: &generator)
            for _ in 0..<count { object[Self.key(using: &generator)] = value(depth: depth + 1) }
            return .object(object)
        }
    }

    /// A key, often near another: one of few letters, or with a character from another part of Unicode.
    static func key(using generator: inout SplitMix64) -> String {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return string(using: &generator)
        case 1:
            return String("abcdefghijklmno".prefix(Int.random(in: 0...15, using: &generator)))
                + letters(2, using: &generator)
        case 2: return letters(3, using: &generator) + string(using: &generator)
        default: return letters(12, using: &generator)
        }
    }

    static func string(using generator: inout SplitMix64) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...(generator.oneIn(10) ? 60 : 9), using: &generator) {
            let ranges: [ClosedRange<UInt32>] = [
                0...0x1F, 0x20...0x7F, 0x61...0x64, 0x22...0x22, 0x5C...0x5C, 0x7F...0x9F, 0xA0...0x7FF,
                0x2028...0x2029, 0x800...0xD7FF, 0xE000...0xFFFF, 0x1_0000...0x10_FFFF, 0x61...0x7A, 0x61...0x7A,
            ]
            let range = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
            if let scalar = UnicodeScalar(UInt32.random(in: range, using: &generator)) { scalars.append(scalar) }
        }
        return String(scalars)
    }

    static func number(using generator: inout SplitMix64) -> JSONNumber {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return .unsigned(UInt64.random(in: 0...9, using: &generator))
        case 1: return .unsigned(UInt64.random(in: 0...(1 << 53), using: &generator))
        case 2: return .negative(Int64.random(in: -(1 << 53)...(-1), using: &generator))
        case 3: return .double((Double.random(in: -1e6...1e6, using: &generator) * 100).rounded() / 100 + 0.001)
        case 4: return .double(Double.random(in: -1...1, using: &generator) * 1e-5)
        default:
            let value = Double(bitPattern: generator.next())
            return .double(value.isFinite ? value : 0.5)
        }
    }

    private static func letters(_ maximum: Int, using generator: inout SplitMix64) -> String {
        String(
            (0..<Int.random(in: 0...maximum, using: &generator)).map { _ in
                "abé\u{E000}😀".randomElement(using: &generator)!
            }
        )
    }
}
