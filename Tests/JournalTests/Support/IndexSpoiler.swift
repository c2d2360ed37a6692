import Journal
import TestSupport

extension SegmentSettings {
    /// Sizes at which a few records cross every border.
    static var tiny: SegmentSettings {
        var settings = SegmentSettings()
        settings.segmentByteMaximum = 4096
        settings.preallocationByteMinimum = 1024
        settings.preallocationByteMaximum = 1024
        settings.tailRecordMaximum = 3
        settings.runGrowth = 3
        return settings
    }
}

/// Does to the index of a journal what must not matter: damages it, cuts it, or brings an older one back.
///
/// It leaves alone what is evidence when it is whole, the newest files; see `SegmentIndexTests`.
struct IndexSpoiler {
    private var older: [String: [UInt8]] = [:]

    mutating func spoil(_ journal: TestJournal, _ random: inout SplitMix64) throws {
        guard journal.exists("indexes") else { return }
        let names = try journal.names(in: "indexes").filter { $0.hasSuffix(".run") }.map { "indexes/\($0)" }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            for name in names { older[name] = try journal.bytes(name) }
        case 1:
            for (name, bytes) in older { try journal.write(bytes, to: name) }
        case 2:
            guard let name = names.randomElement(using: &random) else { return }
            var bytes = try journal.bytes(name)
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try journal.write(bytes, to: name)
        default:
            guard let name = names.randomElement(using: &random) else { return }
            let bytes = try journal.bytes(name)
            try journal.write(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)), to: name)
        }
    }
}
