#if os(Linux)
import Foundation

/// The process's own writable memory, as /proc shows it.
///
/// The regions are listed once, and searching takes nothing from the heap: what was given back to the heap just before
/// would otherwise be overwritten by the search.
public final class ProcessMemory {
    /// Memory cannot be looked at.
    public struct Failure: Error {
        let what: String
    }

    private let descriptor: Int32
    private let regions: [Range<UInt>]
    private let buffer: UnsafeMutableBufferPointer<UInt8>

    /// Lists what is writable now.
    public init() throws {
        buffer = .allocate(capacity: 1 << 16)
        buffer.initialize(repeating: 0)
        descriptor = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        regions = try Self.writableRegions()
        guard descriptor >= 0, regions.count > 1 else {
            throw Failure(what: "/proc/self does not show memory: \(errno)")
        }
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// How often bytes stand in writable memory. They are passed with every bit inverted, so that the question itself
    /// is not found.
    public func occurrences(ofInverted inverted: [UInt8]) -> Int {
        defer { buffer.update(repeating: 0) }
        let base = UInt(bitPattern: buffer.baseAddress)
        let own = base..<base + UInt(buffer.count)
        var found = 0
        for region in regions {
            var start = region.lowerBound
            while start < region.upperBound {
                let wanted = min(buffer.count, Int(region.upperBound - start))
                let count = pread(descriptor, buffer.baseAddress, wanted, off_t(start))
                guard count >= inverted.count else { break }
                var index = 0
                let end = count - inverted.count + 1
                while index < end, let hit = memchr(buffer.baseAddress! + index, Int32(~inverted[0]), end - index) {
                    index = UnsafeRawPointer(hit) - UnsafeRawPointer(buffer.baseAddress!)
                    if matches(inverted, at: index), !own.contains(start + UInt(index)) { found += 1 }
                    index += 1
                }
                // Parts overlap by one byte less than the pattern, so that it is found once wherever it stands.
                start += UInt(end)
            }
        }
        return found
    }

    private func matches(_ inverted: [UInt8], at index: Int) -> Bool {
        var offset = 0
        while offset < inverted.count {
            if buffer[index + offset] != ~inverted[offset] { return false }
            offset += 1
        }
        return true
    }

    /// Writable regions below 1 GiB; larger ones are a sanitizer's shadow, which holds no copies of memory.
    private static func writableRegions() throws -> [Range<UInt>] {
        // Reading "whole" files ends after 4 KiB where the size is not told beforehand.
        let handle = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/maps"))
        let maps = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
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
