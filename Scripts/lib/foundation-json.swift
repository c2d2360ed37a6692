// The peer of the lane canonical.roundtrip: Foundation parses objects and writes them with sorted keys. It does not
// hash, which is in its favour.
//
//   foundation-json OBJECTS NANOSECONDS
//
// Reads OBJECTS, one a line, converts each, and writes how long that took into NANOSECONDS.
import Foundation

let arguments = CommandLine.arguments
guard arguments.count == 3, let text = FileManager.default.contents(atPath: arguments[1]) else { exit(64) }
let objects = text.split(separator: UInt8(ascii: "\n")).map { Data($0) }
var byteCount = 0
let clock = ContinuousClock()
let duration = try clock.measure {
    for object in objects {
        let value = try JSONSerialization.jsonObject(with: object)
        let bytes = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
        byteCount += bytes.count
    }
}
guard byteCount > 0 else { exit(65) }
let nanoseconds = duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
try Data("\(nanoseconds)\n".utf8).write(to: URL(filePath: arguments[2]))
