#if os(Linux)
import Foundation

/// The process's own writable memory, as /proc shows it.
enum OwnMemory {
    struct Failure: Error {
        let what: String
    }

    /// How often bytes stand in writable memory. They are passed with every bit inverted, so that the question itself
    /// is not found.
    static func occurrences(ofInverted inverted: [UInt8]) throws -> Int {
        let descriptor = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(what: "/proc/self/mem cannot be opened: \(errno)") }
        defer { close(descriptor) }
        let size = 1 << 16
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        buffer.initialize(repeating: 0, count: size)
        defer {
            buffer.update(repeating: 0, count: size)
            buffer.deallocate()
        }
        let own = UInt(bitPattern: buffer)..<UInt(bitPattern: buffer) + UInt(size)
        var found = 0
        var regions = 0
        for region in try writableRegions() {
            regions += 1
            var start = region.lowerBound
            while start < region.upperBound {
                let wanted = min(size, Int(region.upperBound - start))
                let count = pread(descriptor, buffer, wanted, off_t(start))
                guard count > inverted.count else { break }
                for index in 0...(count - inverted.count) where buffer[index] == ~inverted[0] {
                    guard !own.contains(start + UInt(index)) else { continue }
                    if (1..<inverted.count).allSatisfy({ buffer[index + $0] == ~inverted[$0] }) { found += 1 }
                }
                // The next part overlaps by one byte less than the pattern, so that it is found once wherever it stands.
                start += UInt(
                    count == wanted && start + UInt(count) < region.upperBound ? count - inverted.count + 1 : count
                )
            }
        }
        guard regions > 1 else { throw Failure(what: "/proc/self/maps shows no writable memory") }
        return found
    }

    /// Writable regions below 1 GiB; larger ones are a sanitizer's shadow, which holds no copies of memory.
    private static func writableRegions() throws -> [Range<UInt>] {
        let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
        return maps.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 1, fields[1].hasPrefix("rw") else { return nil }
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard bounds.count == 2, bounds[1] - bounds[0] < 1 << 30 else { return nil }
            return bounds[0]..<bounds[1]
        }
    }
}
#endif
