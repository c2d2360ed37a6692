import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips a test, visibly, where the published vectors do not stand beside the checkout.
    static var needsPublishedVectors: ConditionTrait {
        .enabled(
            if: Vectors.directory != nil,
            "the published vectors are not in ../shared/vectors beside the checkout; HOLDFAST_VECTORS names another place"
        )
    }
}

/// The files of ../shared/vectors/canonical; a missing file fails the test that asks for it.
enum PublishedVectors {
    static func bytes(_ path: String) throws -> [UInt8] {
        try #require(try Vectors.bytes("canonical/\(path)"))
    }

    static func lines(_ path: String) throws -> [Substring] {
        String(decoding: try bytes(path), as: UTF8.self).split(whereSeparator: \.isNewline)
    }
}

extension SplitMix64 {
    /// True once in `count` draws.
    mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
