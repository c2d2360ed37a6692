import CrashTesting
import FileSystemSeam

// The smallest store there is: one file that holds a number. Its promise: an acknowledged number is not lost.
func set(_ value: UInt8, in directory: any Directory) throws {
    try directory.replaceAtomically("counter", with: [value])
}

func value(in directory: any Directory) throws -> UInt8 {
    guard try directory.exists("counter") else { return 0 }
    return try directory.readFile("counter", maximumBytes: 1).first ?? 0
}

// Its proof: every state that a power cut may leave, at every point, under the weakest rules.
let report = try CrashExplorer(.posixMinimal).explore { (fileSystem, acknowledge: (UInt8) -> Void) in
    let directory = try fileSystem.openDirectory("/")
    for number: UInt8 in 1...3 {
        try set(number, in: directory)
        acknowledge(number)
    }
} recover: { fileSystem in
    try value(in: fileSystem.openDirectory("/"))
} check: { found, acknowledged in
    try CheckFailure.unless(found >= acknowledged.last ?? 0, "\(found) after \(acknowledged)")
}
print("CrashTesting:", report.isClean ? "clean" : "\(report)")
if !report.isClean { preconditionFailure("the store loses what it acknowledged") }
