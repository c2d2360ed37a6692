import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// The simulator against the real machine: the same random operations on both, every answer compared.
///
/// At least 100 000 operations in every run. `HOLDFAST_LONG` makes it a million, on other seeds each day.
///
/// Left out, since the two rightly differ: times, inode numbers, link counts and sizes of directories, the order of
/// entries, and (for the superuser, whom permissions do not bind) files without permission bits.
@Suite struct DifferentialTests {
    private static let isLong = runsLongTests
    private static let seeds: ClosedRange<UInt64> = isLong ? today...today + 39 : 1...4
    private static let today = UInt64(Date().timeIntervalSince1970 / 86_400) * 1000
    /// After so many operations in one tree another one is begun, so that neither side grows slow.
    private static let operationsPerTree = 5_000
    private static let treesPerSeed = 5
    private static let quickDisk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk

    @Test(arguments: seeds)
    func theSimulatorAnswersLikeTheRealMachine(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for tree in 0..<Self.treesPerSeed {
            // One tree stands on the disk of the checkout; syncs make more of them slow.
            let isOnDisk = tree == 0 && seed == Self.seeds.lowerBound
            let temporary = try TemporaryDirectory(
                in: isOnDisk ? TemporaryDirectory.workingDisk : Self.quickDisk
            )
            let disk = SimDisk(seed: seed)
            disk.isTracing = false
            let real = try World(PosixFileSystem().openDirectory(temporary.path))
            let simulated = try World(disk.boot().openDirectory("/"))
            var trail: [String] = []
            for number in 0..<Self.operationsPerTree {
                let step = Step(&random)
                var expected = real.perform(step)
                let actual = simulated.perform(step)
                // Other tests of this process start programs: between fork and exec the child holds copies of all
                // descriptors, and with them a lock that was released here meanwhile.
                for _ in 0..<500 where expected.isRefusedLock && actual.isGrantedLock {
                    PosixFileSystem.shared.sleep(nanoseconds: 2_000_000)
                    expected = real.perform(step)
                }
                if actual == expected {
                    trail.append("\(number) \(step) -> \(expected)")
                    if trail.count > 24 { trail.removeFirst(12) }
                    continue
                }
                Issue.record(
                    "seed \(seed), tree \(tree):\n\(trail.joined(separator: "\n"))\n\(number) \(step) -> \(expected), simulated \(actual)"
                )
                return
            }
            #expect(try real.tree() == simulated.tree(), "seed \(seed), tree \(tree)")
        }
    }
}

/// What an operation gave: a few words, and the bytes that were read.
private struct Answer: Equatable, CustomStringConvertible {
    var text: String
    var bytes = Data()

    /// Whether a lock was asked for, and another holds it.
    var isRefusedLock: Bool { text == "false" }
    /// Whether a lock was asked for, and given.
    var isGrantedLock: Bool { text == "true" }

    var description: String { bytes.isEmpty ? text : "\(text), \(bytes.count) bytes" }
}

/// One random operation, by numbers that either world understands alike.
private struct Step: CustomStringConvertible {
    var kind: Int
    var directory: Int
    var otherDirectory: Int
    var name: String
    var otherName: String
    var handle: Int
    var offset: Int64
    var count: Int
    var byte: UInt8
    var options: OpenOptions

    private static let names = ["a", "b", "c", "d", "é", "a-rather-longer-name"]
    private static let oddNames = ["..", "", ".", "a/b", "a\0", String(repeating: "n", count: 256)]

    init(_ random: inout SplitMix64) {
        func next(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
        func name() -> String { next(40) == 0 ? Self.oddNames[next(6)] : Self.names[next(6)] }
        kind = next(29)
        directory = next(3)
        otherDirectory = next(3)
        self.name = name()
        otherName = name()
        handle = next(4)
        offset = next(60) == 0 ? Int64(-1 - next(2)) : Int64(next(3000))
        count = next(20) == 0 ? 0 : next(1500)
        byte = UInt8(1 + next(255))
        options = OpenOptions(rawValue: UInt8(next(64)))
        // Most openings shall succeed.
        if next(4) > 0 { options = next(5) == 0 ? [.read, .write, .append, .create] : [.read, .write, .create] }
    }

    var description: String {
        "kind \(kind) \(name.prefix(30)) in \(directory), \(otherName.prefix(30)) in \(otherDirectory), handle \(handle), "
            + "\(count) bytes at \(offset), options \(options.rawValue)"
    }
}

/// A root, three directories in use, four open files. Closed handles stay in use until others take their place.
private final class World {
    private let root: any Directory
    private var directories: [any Directory]
    private var files: [(any File)?] = [nil, nil, nil, nil]

    init(_ root: any Directory) throws {
        self.root = root
        directories = [root, try root.reopened(), try root.reopened()]
    }

    /// What happened: a result, or the error's operation and number.
    func perform(_ step: Step) -> Answer {
        do {
            return try act(step)
        } catch let error as FileSystemError {
            return Answer(text: "\(error.operation) \(error.code)")
        } catch {
            return Answer(text: "\(error)")
        }
    }

    private func act(_ step: Step) throws -> Answer {
        let directory = directories[step.directory]
        let other = directories[step.otherDirectory]
        switch step.kind {
        case 0, 1, 2:
            files[step.handle] = try directory.open(step.name, step.options, permissions: .ownerFile)
        case 3: try directory.makeDirectory(step.name, permissions: .ownerDirectory)
        case 4: directories[step.otherDirectory] = try directory.subdirectory(step.name)
        case 5: directories[step.otherDirectory] = try root.reopened()
        case 6, 7: try directory.rename(step.name, to: step.otherName, in: other, exclusive: step.kind == 7)
        case 8: try directory.link(step.name, to: step.otherName, in: other)
        case 9: try directory.remove(step.name)
        case 10: try directory.removeDirectory(step.name)
        case 11:
            let entries = try directory.entries().map { "\($0.name) \(String(describing: $0.kind))" }
            return Answer(text: entries.sorted().description)
        case 12: return Self.describe(try directory.status(of: step.name))
        case 13: try directory.sync()
        case 14:
            let mode: LockMode = step.byte < 100 ? .shared : .exclusive
            if step.count % 4 > 0 { return Answer(text: "\(try directory.lock(mode, blocking: false))") }
            return Answer(text: "\(try directory.lock(mode, timeoutNanoseconds: UInt64(step.count)))")
        case 15:
            // Rarely, and never the root, or nothing would be left to do. The handle stays in use.
            if step.byte < 40, step.directory > 0 { try directory.close() }
            if step.byte > 128 { directories[step.otherDirectory] = try directory.reopened() }
        default: return try act(step, try file(step.handle))
        }
        return Answer(text: "done")
    }

    private struct NoFile: Error {}

    private func file(_ handle: Int) throws -> any File {
        guard let file = files[handle] else { throw NoFile() }
        return file
    }

    private func act(_ step: Step, _ file: any File) throws -> Answer {
        switch step.kind {
        case 16, 17:
            let bytes = [UInt8](repeating: step.byte, count: step.count)
            return Answer(text: "\(try file.write(bytes.span, at: step.offset))")
        case 18:
            let bytes = [UInt8](repeating: step.byte, count: step.count)
            return Answer(text: "\(try file.append(bytes.span))")
        case 19, 20:
            var buffer = [UInt8](repeating: 0, count: step.count)
            var span = buffer.mutableSpan
            let count = try file.read(into: &span, at: step.offset)
            return Answer(text: "read \(count)", bytes: Data(buffer))
        case 21: try file.truncate(to: step.offset)
        case 22: try file.allocate(to: step.offset)
        case 23: return Self.describe(try file.status())
        case 24: try file.sync(SyncLevel.allCases[step.count % SyncLevel.allCases.count])
        case 25:
            let mode: LockMode = step.byte < 100 ? .shared : .exclusive
            if step.count % 4 > 0 { return Answer(text: "\(try file.lock(mode, blocking: false))") }
            return Answer(text: "\(try file.lock(mode, timeoutNanoseconds: UInt64(step.count)))")
        case 26: try file.setPermissions(Permissions(rawValue: 0o600 | UInt16(step.byte) & 0o77))
        case 27:
            // The simulator has no maps; what it refuses, and how, is the same.
            _ = try file.map(length: Int(step.offset))
        default: try file.close()
        }
        return Answer(text: "done")
    }

    private static func describe(_ status: FileStatus) -> Answer {
        if status.kind == .directory { return Answer(text: "directory \(status.permissions)") }
        return Answer(text: "\(status.kind) \(status.size) \(status.linkCount) \(status.permissions)")
    }

    /// Everything below the root, with contents.
    func tree() throws -> [Answer] { try tree(root, "") }

    private func tree(_ directory: any Directory, _ path: String) throws -> [Answer] {
        var lines: [Answer] = []
        for entry in try directory.entries().sorted(by: { $0.name < $1.name }) {
            let place = path + "/" + entry.name
            if entry.kind == .directory {
                lines += [Answer(text: place)] + (try tree(directory.subdirectory(entry.name), place))
            } else {
                let file = try directory.open(entry.name, .read, permissions: .ownerFile)
                lines.append(Answer(text: place, bytes: Data(try file.readAll(maximumBytes: 1 << 20))))
            }
        }
        return lines
    }
}
