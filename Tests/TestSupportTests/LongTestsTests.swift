import TestSupport
import Testing

@Suite("Long campaigns")
struct LongTestsTests {
    @Test(arguments: [(nil, false), ("", false), ("0", false), ("1", true), ("yes", true)] as [(String?, Bool)])
    func longTestsRunWhenTheyAreAskedFor(value: String?, isAskedFor: Bool) {
        #expect(asksForLongTests(value) == isAskedFor)
    }
}
