import Canonical
import TestSupport
import Testing

@Suite("Searching for a byte")
struct ByteSearchTests {
    @Test func findsWhatALoopFinds() {
        var random = SplitMix64(seed: 3)
        for count in 0..<64 {
            for _ in 0..<40 {
                // Neighbours of the byte, and bytes that differ in the high bit only, confuse word tricks.
                let bytes =
                    (0..<count).map { _ in [0x0A, 0x0B, 0x09, 0x8A, 0x00, 0xFF].randomElement(using: &random)! }
                    as [UInt8]
                for start in 0...count {
                    let expected = bytes[start...].firstIndex(of: 0x0A)
                    #expect(bytes.span.firstIndex(of: 0x0A, from: start) == expected)
                    #expect(bytes.span.lastIndex(of: 0x0A, before: start) == bytes[..<start].lastIndex(of: 0x0A))
                }
            }
        }
    }

    @Test func findsEveryByteValueAtEveryPlace() {
        for byte in 0...255 as ClosedRange<UInt8> {
            for place in 0..<20 {
                var bytes = [UInt8](repeating: byte ^ 0x80, count: 20)
                #expect(bytes.span.firstIndex(of: byte) == nil)
                bytes[place] = byte
                #expect(bytes.span.firstIndex(of: byte) == place)
                #expect(bytes.span.lastIndex(of: byte, before: 20) == place)
            }
        }
    }
}
