import TestSupport
import Testing

@Suite("SplitMix64") struct SplitMix64Tests {
    /// The sequence of this seed as other implementations print it.
    @Test func theSequenceOfASeedIsThePublishedOne() {
        var generator = SplitMix64(seed: 1_234_567)
        let sequence = (0..<5).map { _ in generator.next() }
        #expect(
            sequence == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ]
        )
    }

    @Test func equalSeedsGiveEqualBytesAndOthersDoNot() {
        var first = SplitMix64(seed: 7)
        var second = SplitMix64(seed: 7)
        var third = SplitMix64(seed: 8)
        let bytes = first.bytes(64)
        #expect(bytes == second.bytes(64))
        #expect(bytes != third.bytes(64))
    }
}
