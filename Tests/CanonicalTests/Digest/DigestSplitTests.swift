import Canonical
import TestSupport
import Testing

/// How the input is cut into pieces never changes a digest.
@Suite struct DigestSplitTests {
    @Test(arguments: DigestAlgorithm.allCases) func everySplitOfSmallInputsInTwo(_ algorithm: DigestAlgorithm) {
        for count in [0, 1, 2, 55, 56, 63, 64, 65, 127, 128, 129, 200] {
            let input = patternedBytes(count)
            let expected = Digest(hashing: input, algorithm: algorithm)
            for cut in 0...count {
                var hasher = DigestHasher(algorithm)
                hasher.update(Array(input[..<cut]))
                hasher.update(Array(input[cut...]))
                #expect(hasher.finalize() == expected)
            }
        }
    }

    @Test(arguments: DigestAlgorithm.allCases) func everySplitInThreeAroundABlock(_ algorithm: DigestAlgorithm) {
        let input = patternedBytes(70)
        let expected = Digest(hashing: input, algorithm: algorithm)
        for first in 0...70 {
            for second in first...70 {
                var hasher = DigestHasher(algorithm)
                hasher.update(Array(input[..<first]))
                hasher.update(Array(input[first..<second]))
                hasher.update(Array(input[second...]))
                #expect(hasher.finalize() == expected)
            }
        }
    }

    @Test(arguments: DigestAlgorithm.allCases) func everyInputByteByByte(_ algorithm: DigestAlgorithm) {
        for count in [1, 64, 65, 1024, 1025, 2049, 3072] {
            let input = patternedBytes(count)
            var hasher = DigestHasher(algorithm)
            for byte in input { hasher.update([byte]) }
            #expect(hasher.finalize() == Digest(hashing: input, algorithm: algorithm))
        }
    }

    @Test(arguments: DigestAlgorithm.allCases) func randomSplitsOfLargeInputs(_ algorithm: DigestAlgorithm) {
        var generator = SplitMix64(seed: 4)
        let input = (0..<70_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let expected = Digest(hashing: input, algorithm: algorithm)
        for maximum in [3000, 1024, 20_000] {
            for _ in 0..<4 {
                var hasher = DigestHasher(algorithm)
                var place = 0
                while place < input.count {
                    let end = min(input.count, place + Int.random(in: 0...maximum, using: &generator))
                    hasher.update(Array(input[place..<end]))
                    place = end
                }
                #expect(hasher.finalize() == expected)
            }
        }
    }

    @Test func manyHashersAtOnceDoNotDisturbEachOther() async {
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<200).allSatisfy { Self.interleavedHashersAgree(patternedBytes(task * 100 + $0)) }
                }
            }
            for await isSame in group { #expect(isSame) }
        }
    }

    private static func interleavedHashersAgree(_ input: [UInt8]) -> Bool {
        let reversed = Array(input.reversed())
        var first = DigestHasher(.sha256)
        var second = DigestHasher(.sha256)
        first.update(input)
        second.update(reversed)
        first.update(input)
        let isFirst = first.finalize() == Digest(hashing: input + input)
        let isSecond = second.finalize() == Digest(hashing: reversed)
        return isFirst && isSecond
    }

    @Test func aHasherThatIsDroppedLeavesNothingBehind() {
        for _ in 0..<100 {
            var dropped = DigestHasher(.sha256)
            dropped.update([1, 2, 3])
        }
        #expect(Digest(hashing: []).hex == DigestTextTests.empty)
    }
}
