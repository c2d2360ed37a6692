import Canonical
import TestSupport
import Testing

/// What must hold of every document, tried on seeded random ones.
@Suite struct RoundTripTests {
    @Test(arguments: 0..<8) func allPathsToACanonicalFormAgree(_ block: Int) throws {
        for seed in (block * 40)..<(block * 40 + 40) {
            var maker = RandomDocument(seed: UInt64(seed))
            let value = maker.value()
            let spelled = Spelling(seed: UInt64(seed)).text(value)
            for form in CanonicalForm.allCases {
                let options = form.parsingOptions
                let bytes = try value.canonicalBytes(form)
                let document = try JSONDocument(parsing: bytes, options: options)
                // Canonical bytes are a fixed point, for the tape, for the tree and for the check.
                #expect(document.canonicalBytes(form) == bytes)
                #expect(try document.value.canonicalBytes(form) == bytes)
                #expect(form.isCanonical(bytes))
                // Nobody has to know which options the form is read with.
                #expect(try JSONDocument(parsing: bytes).canonicalBytes(form) == bytes)
                #expect(try JSONDocument(parsing: spelled).digest(form) == Digest(hashing: bytes))
                // Another spelling of the same document has the same bytes.
                let other = try JSONDocument(parsing: spelled, options: options)
                #expect(other.canonicalBytes(form) == bytes)
                #expect(try other.value.canonicalBytes(form) == bytes)
                #expect(form.isCanonical(spelled) == (spelled == bytes))
                #expect(try written(form) { $0.value(other) }.utf8.elementsEqual(bytes))
                // So have both canonicalizers, one after the other on kept memory.
                var canonicalizer = Canonicalizer(form: form)
                #expect(throws: JSONError.self) { try canonicalizer.canonicalBytes(of: Array("[{\"a\":".utf8).span) }
                #expect(try canonicalizer.canonicalBytes(of: spelled.span) == bytes)
                #expect(try canonicalizer.digest(of: spelled.span) == Digest(hashing: bytes))
                #expect(try value.canonicalDigest(form) == Digest(hashing: bytes))
            }
        }
    }

    @Test(arguments: 0..<4) func aValueReadBackIsTheSame(_ block: Int) throws {
        for seed in (1000 + block * 50)..<(1050 + block * 50) {
            var maker = RandomDocument(seed: UInt64(seed))
            let value = maker.value()
            let bytes = try value.canonicalBytes(.declared)
            let read = try JSONValue(parsing: bytes, options: CanonicalForm.declared.parsingOptions)
            #expect(read == value)
        }
    }

    @Test func oneChangedByteNeverCrashesAndNeverFoolsTheCheck() throws {
        var generator = SplitMix64(seed: 77)
        var accepted = 0
        for seed in 0..<150 {
            var maker = RandomDocument(seed: UInt64(seed), budget: 20)
            let original = Spelling(seed: UInt64(seed)).text(maker.value())
            for _ in 0..<40 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...3, using: &generator) { Self.mutate(&bytes, &generator) }
                let options = JSONOptions(maximumDepth: 16, duplicateKeys: generator.oneIn(2) ? .reject : .lastWins)
                guard let document = try? JSONDocument(parsing: bytes, options: options) else {
                    #expect(!CanonicalForm.jcs.isCanonical(bytes, options: options))
                    continue
                }
                accepted += 1
                let output = document.canonicalBytes(.jcs)
                #expect(try JSONDocument(parsing: output).canonicalBytes(.jcs) == output)
                #expect(CanonicalForm.jcs.isCanonical(bytes, options: options) == (output == bytes))
            }
        }
        #expect(accepted > 500, "most mutations must not be refused at once, or nothing was tried")
    }

    @Test func everyPrefixOfADocumentIsRefusedAtItsEnd() throws {
        for seed in 0..<30 {
            var maker = RandomDocument(seed: UInt64(seed), budget: 15)
            let bytes = try JSONValue.array([maker.value()]).canonicalBytes(.jcs)
            for end in 0..<bytes.count {
                let error = try #require(refusal(Array(bytes[..<end])))
                #expect(error.byteOffset <= end)
            }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.insert(Array("{}[],:\"\\0129-.eE+ \nntfu".utf8).randomElement(using: &generator)!, at: place)
        case 2 where bytes.count > 1: bytes.remove(at: place)
        case 3: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        default:
            let end = min(bytes.count, place + 8)
            bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0...bytes.count, using: &generator))
        }
    }
}

/// Spells a value in JSON in one of its many ways: white space, needless escapes, long numbers.
private struct Spelling {
    private var generator: SplitMix64
    private var output: [UInt8] = []

    init(seed: UInt64) { generator = SplitMix64(seed: seed &+ 0x5EED) }

    func text(_ value: JSONValue) -> [UInt8] {
        var copy = self
        copy.append(value)
        copy.space()
        return copy.output
    }

    private mutating func space() {
        while generator.oneIn(4) { output.append([0x20, 0x0A, 0x0D, 0x09].randomElement(using: &generator)!) }
    }

    private mutating func append(_ value: JSONValue) {
        space()
        switch value {
        case .null: output += Array("null".utf8)
        case .bool(let value): output += Array((value ? "true" : "false").utf8)
        case .string(let string): append(string)
        case .number(let number): append(number)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (place, element) in elements.enumerated() {
                if place > 0 { output.append(UInt8(ascii: ",")) }
                append(element)
                space()
            }
            if elements.isEmpty { space() }
            output.append(UInt8(ascii: "]"))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            for (place, member) in object.members.enumerated() {
                if place > 0 { output.append(UInt8(ascii: ",")) }
                space()
                append(member.key)
                space()
                output.append(UInt8(ascii: ":"))
                append(member.value)
                space()
            }
            if object.members.isEmpty { space() }
            output.append(UInt8(ascii: "}"))
        }
    }

    private mutating func append(_ number: JSONNumber) {
        switch number {
        case .unsigned(let value): output += Array(String(value).utf8)
        case .negative(let value): output += Array(String(value).utf8)
        case .double(let value):
            // Swift's own spelling reads back as the same double; a zero more at the end changes nothing.
            var text = value.description
            if generator.oneIn(3), !text.contains("e") { text += "000" }
            if generator.oneIn(3) { text = text.uppercased() }
            output += Array(text.utf8)
        }
    }

    private mutating func append(_ string: String) {
        output.append(UInt8(ascii: "\""))
        let escapesMuch = generator.oneIn(4)
        for scalar in string.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if scalar == "/", generator.oneIn(2) {
                output += Array("\\/".utf8)
            } else if mustEscape, generator.oneIn(2), let short = Self.short[scalar] {
                output += Array(short.utf8)
            } else if mustEscape || (escapesMuch && generator.oneIn(3)) {
                for unit in String(scalar).utf16 {
                    let digits = Hex.encode([UInt8(unit >> 8), UInt8(unit & 0xFF)])
                    output += Array(("\\u" + (generator.oneIn(2) ? digits.uppercased() : digits)).utf8)
                }
            } else {
                output += Array(String(scalar).utf8)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static let short: [UnicodeScalar: String] = [
        "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u{8}": "\\b", "\u{C}": "\\f",
    ]
}
