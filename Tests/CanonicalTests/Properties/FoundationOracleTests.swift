import Canonical
import Foundation
import TestSupport
import Testing

/// Foundation's parser, an independent one, reads the same from what we accept and what we write.
@Suite struct FoundationOracleTests {
    @Test(arguments: 0..<4) func foundationReadsTheSameValues(_ block: Int) throws {
        for seed in (block * 75)..<(block * 75 + 75) {
            var maker = RandomDocument(seed: UInt64(seed) &+ 9000)
            let value = maker.value()
            for form in [CanonicalForm.jcs, .declared] {
                let bytes = try value.canonicalBytes(form)
                let foundation = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
                let ours = try JSONValue(parsing: bytes, options: form.parsingOptions)
                let isSame = Self.isSame(foundation, ours)
                #expect(isSame, "seed \(seed)")
            }
        }
    }

    @Test(arguments: [
        "[1 2]", "{\"a\" 1}", "nul", "tru", "[", "{", "\"", "\"\\x\"", "\"\\ud800\"", "-", "[-]",
        "01", "+1", ".5", "1.", "1e", "\"\n\"", "", " ", "{1:2}", "'a'", "[1}", "//\n1", "NaN",
    ])
    func whatFoundationRefusesWeRefuse(_ text: String) {
        #expect(throws: (any Error).self) {
            try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        }
        #expect(refusal(text) != nil)
    }

    @Test func mutatedTextsThatWeAcceptFoundationAcceptsToo() throws {
        // The grammar is the same; ours refuses more (duplicates, overflow), never less.
        var generator = SplitMix64(seed: 31)
        var accepted = 0
        for round in 0..<2000 {
            var maker = RandomDocument(seed: UInt64(round / 4), budget: 3)
            var bytes = try JSONValue.array([maker.value(), maker.value()]).canonicalBytes(.jcs)
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[place] = Array("{}[],:\"\\019-.eE+ ntfalsru".utf8).randomElement(using: &generator)!
            guard let ours = try? JSONValue(parsing: bytes) else { continue }
            accepted += 1
            let foundation = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let isSame = Self.isSame(foundation, ours)
            #expect(isSame, "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(accepted > 200)
    }

    /// Compares without Swift's `==` on strings, which merges normalisation forms.
    private static func isSame(_ foundation: Any, _ ours: JSONValue) -> Bool {
        switch ours {
        case .null: return foundation is NSNull
        case .bool(let value): return (foundation as? NSNumber)?.boolValue == value
        case .number(let number):
            // Foundation reads some numbers through its decimal type, which is not exact to the last bit; that
            // ours are is checked against the C library elsewhere.
            guard let other = (foundation as? NSNumber)?.doubleValue else { return false }
            return abs(other - number.doubleValue) <= abs(number.doubleValue) * 1e-14
        case .string(let string): return (foundation as? String).map { $0.utf8.elementsEqual(string.utf8) } ?? false
        case .array(let elements):
            guard let others = foundation as? [Any], others.count == elements.count else { return false }
            return zip(others, elements).allSatisfy { isSame($0, $1) }
        case .object(let object):
            guard let others = foundation as? [String: Any] else { return false }
            // A dictionary merges keys that differ only in normalisation; compare those that it kept.
            let names = Set(object.members.map(\.key))
            guard others.count == names.count else { return false }
            return others.allSatisfy { key, other in
                object.members.contains { $0.key == key && isSame(other, $0.value) }
            }
        }
    }
}
