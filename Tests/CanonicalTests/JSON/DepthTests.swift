import Canonical
import Testing

/// Nesting is bounded, and no depth exhausts the stack.
@Suite struct DepthTests {
    private static func nested(_ depth: Int, _ open: String, _ inside: String, _ close: String) -> String {
        String(repeating: open, count: depth) + inside + String(repeating: close, count: depth)
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":", " [\n"]) func aHundredThousandOpenBracketsAreAnError(_ open: String)
        throws
    {
        let text = String(repeating: open, count: 100_000)
        for depth in [1, 512, JSONOptions.depthCeiling] {
            let error = try #require(refusal(text, JSONOptions(maximumDepth: depth)))
            #expect(error.kind == .tooDeep(maximum: depth))
        }
        #expect(!CanonicalForm.jcs.isCanonical(Array(text.utf8)))
    }

    @Test func theLimitIsExact() throws {
        for depth in [1, 2, 511, 512] {
            let options = JSONOptions(maximumDepth: depth)
            #expect(refusal(Self.nested(depth, "[", "", "]"), options) == nil)
            #expect(refusal(Self.nested(depth, "{\"k\":", "1", "}"), options) == nil)
            let error = try #require(refusal(Self.nested(depth + 1, "[", "", "]"), options))
            #expect(error.kind == .tooDeep(maximum: depth))
            #expect(error.byteOffset == depth)
        }
        #expect(refusal("1", JSONOptions(maximumDepth: 1)) == nil)
    }

    @Test func theDefaultIs512() {
        #expect(JSONOptions().maximumDepth == 512)
        #expect(refusal(Self.nested(512, "[", "", "]")) == nil)
        #expect(refusal(Self.nested(513, "[", "", "]"))?.kind == .tooDeep(maximum: 512))
    }

    @Test func manySiblingsAreNotDepth() {
        let text = "[" + String(repeating: "[],{},", count: 10_000) + "0]"
        #expect(refusal(text, JSONOptions(maximumDepth: 2)) == nil)
    }

    @Test(arguments: ["[", "{\"k\":"]) func theDeepestTextCanBeWalkedComparedAndWritten(_ open: String) throws {
        let depth = JSONOptions.depthCeiling
        let text = Self.nested(depth, open, "1", open == "[" ? "]" : "}")
        let options = JSONOptions(maximumDepth: depth)
        let document = try JSONDocument(parsing: Array(text.utf8), options: options)
        let value = document.value
        #expect(value == document.value)
        var walked = 0
        var place = value
        while let inner = place.array?.first ?? place["k"] {
            place = inner
            walked += 1
        }
        #expect(walked == depth)
        for form in CanonicalForm.allCases {
            #expect(document.canonicalBytes(form) == Array(text.utf8))
            #expect(try value.canonicalBytes(form) == Array(text.utf8))
            #expect(form.isCanonical(Array(text.utf8), options: options))
        }
    }

    @Test func optionsAreMovedIntoTheirRange() {
        var options = JSONOptions(maximumDepth: -1, maximumByteCount: -1)
        #expect(options.maximumDepth == 1)
        #expect(options.maximumByteCount == 0)
        options.maximumDepth = .max
        options.maximumByteCount = .max
        #expect(options.maximumDepth == JSONOptions.depthCeiling)
        #expect(options.maximumByteCount == Int(UInt32.max))
        options.maximumDepth = 0
        options.maximumByteCount = .min
        #expect(options.maximumDepth == 1)
        #expect(options.maximumByteCount == 0)
        #expect(JSONOptions(maximumDepth: .max).maximumDepth == JSONOptions.depthCeiling)
    }

    @Test func aTextLongerThanTheLimitIsRefusedUnread() throws {
        #expect(refusal("[1]", JSONOptions(maximumByteCount: 3)) == nil)
        let error = try #require(refusal("[1] ", JSONOptions(maximumByteCount: 3)))
        #expect(error.kind == .tooLong(maximum: 3))
        #expect(error.byteOffset == 3)
        #expect(refusal("", JSONOptions(maximumByteCount: 0))?.kind == .unexpectedEnd)
    }
}
