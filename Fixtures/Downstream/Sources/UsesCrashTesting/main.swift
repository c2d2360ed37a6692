import CrashTesting
import FileSystemSeam

/// A number on disk. Its promise: when `set` has returned, the number is not lost.
struct Counter {
    let directory: any Directory

    func set(_ value: UInt8) throws {
        try directory.replaceAtomically("counter", with: [value])
    }

    func value() throws -> UInt8 {
        guard try directory.exists("counter") else { return 0 }
        return try directory.readFile("counter", maximumBytes: 1).first ?? 0
    }
}

func workload(_ fileSystem: any FileSystem, _ acknowledge: (UInt8) -> Void) throws {
    let counter = Counter(directory: try fileSystem.openDirectory("/"))
    for number: UInt8 in 1...3 {
        try counter.set(number)
        acknowledge(number)
    }
}

func recover(_ fileSystem: any FileSystem) throws -> UInt8 {
    try Counter(directory: fileSystem.openDirectory("/")).value()
}

func check(_ value: UInt8, _ acknowledged: [UInt8]) throws {
    try CheckFailure.unless(value >= acknowledged.last ?? 0, "\(value) after \(acknowledged)")
}

let report = try CrashExplorer(.posixMinimal).explore(workload: workload, recover: recover, check: check)
print(report)

func carelessWorkload(_ fileSystem: any FileSystem, _ acknowledge: (UInt8) -> Void) throws {
    let directory = try fileSystem.openDirectory("/")
    for number: UInt8 in 1...3 {
        let file = try directory.open("new", [.write, .create, .truncate], permissions: .ownerFile)
        try file.writeAll([number], at: 0)
        try file.close()
        try directory.rename("new", to: "counter", in: directory, exclusive: false)
        try directory.sync()
        acknowledge(number)
    }
}

let careless = try CrashExplorer(.posixMinimal).explore(workload: carelessWorkload, recover: recover, check: check)
let finding = careless.findings[0]
print(finding)

let token = ReplayToken("posixMinimal:6:d")!
let again = try CrashExplorer().replay(token, workload: carelessWorkload, recover: recover, check: check)
print(again ?? "it holds now")

let sweep = try FaultSweep(.posixMinimal).run(
    workload: workload,
    isOwnError: { $0 is FileSystemError },
    recover: recover,
    check: check
)
print(sweep)

@Sendable func addOne(_ fileSystem: any FileSystem, _ acknowledge: (UInt8) -> Void) throws {
    let counter = Counter(directory: try fileSystem.openDirectory("/"))
    _ = try counter.directory.lock(.exclusive, blocking: true)
    try counter.set(counter.value() + 1)
    acknowledge(1)
    try counter.directory.close()
}

let schedules = try InterleavingExplorer().explore(processes: [addOne, addOne]) { fileSystem, outcomes in
    let acknowledged = outcomes.map(\.acknowledged.count).reduce(0, +)
    try CheckFailure.unless(recover(fileSystem) >= acknowledged, "an addition is lost")
}
print(schedules)

// docs/proving-a-store.md says that it comes out like this; all of its Swift is above.
precondition(report.isClean && report.isExhaustive)
precondition(finding.token == token && finding.missing == "sync of new before the acknowledgement")
precondition(again == "0 after [1]")
precondition(sweep.isClean && sweep.isExhaustive && sweep.pairs > sweep.singles)
precondition(schedules.isClean && schedules.schedulesWithKills > 0)
