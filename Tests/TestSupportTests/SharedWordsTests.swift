import TestSupport
import Testing

@Suite struct SharedWordsTests {
    @Test func twoViewsShareTheirNumbers() throws {
        let temporary = try TemporaryDirectory()
        let first = try SharedWords(at: temporary.path + "/words", count: 4)
        #expect((0..<4).allSatisfy { first[$0] == 0 })
        first[2] = 7
        let second = try SharedWords(at: temporary.path + "/words", count: 4)
        #expect(second[2] == 7)
        #expect(second.add(3, to: 2) == 10)
        #expect(first[2] == 10)
        #expect(!first.replace(7, by: 1, at: 2))
        #expect(first.replace(10, by: 1, at: 2))
        #expect(second[2] == 1)
        #expect(second[3] == 0)
    }
}
