import FileSystemSeam
import TestSupport
import Testing

/// The simulator against the real machine: the same random operations on both, every answer compared.
///
/// Left out, since the two rightly differ: times, inode numbers, link counts and sizes of directories, the order of
/// entries, which of two errors a call on a closed handle gives first, and (for the superuser, whom permissions do not bind) files without permission bits.
@Suite struct DifferentialTests {
    #if DEBUG
    static let operations = 4_000
    #else
    static let operations = 25_000
    #endif

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func theSimulatorAnswersLikeTheRealMachine(_ seed: UInt64) throws {
        let temporary = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        var random = SplitMix64(seed: seed)
        let real = try World(PosixFileSystem().openDirectory(temporary.path))
        let simulated = try World(SimDisk(seed: seed).boot().openDirectory("/"))
        var trail: [String] = []
        for number in 0..<Self.operations {
            let step = Step(&random)
            let expected = real.perform(step)
            let actual = simulated.perform(step)
            trail.append("\(number) \(step) -> \(expected)")
            #expect(actual == expected, "seed \(seed):\n\(trail.suffix(12).joined(separator: "\n"))")
            if actual != expected { return }
        }
        #expect(try real.tree() == simulated.tree())
    }
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

    init(_ random: inout SplitMix64) {
        let names = ["a", "b", "c", "d", "é", "a-rather-longer-name", "..", ""]
        func next(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
        kind = next(24)
        directory = next(3)
        otherDirectory = next(3)
        name = names[min(next(40), 39) < 38 ? next(6) : 6 + next(2)]
        otherName = names[next(6)]
        handle = next(4)
        offset = Int64(next(3000))
        count = next(1500)
        byte = UInt8(1 + next(255))
        options = OpenOptions(rawValue: UInt8(next(64)))
        // Most openings shall succeed.
        if next(4) > 0 { options = next(5) == 0 ? [.read, .write, .append, .create] : [.read, .write, .create] }
    }

    var description: String {
        "kind \(kind) \(name) in \(directory), \(otherName) in \(otherDirectory), handle \(handle), "
            + "\(count) bytes at \(offset), options \(options.rawValue)"
    }
}

/// A root, three directories in use, four open files.
private final class World {
    private let root: any Directory
    private var directories: [any Directory]
    private var files: [(any File)?] = [nil, nil, nil, nil]

    init(_ root: any Directory) throws {
        self.root = root
        directories = [root, try root.reopened(), try root.reopened()]
    }

    /// What happened, as text: a result, or the error's operation and number.
    func perform(_ step: Step) -> String {
        do {
            return try act(step)
        } catch let error as FileSystemError {
            return "\(error.operation) \(error.code)"
        } catch {
            return "\(error)"
        }
    }

    private func act(_ step: Step) throws -> String {
        let directory = directories[step.directory]
        let other = directories[step.otherDirectory]
        switch step.kind {
        case 0, 1, 2:
            files[step.handle] = try directory.open(step.name, step.options, permissions: .ownerFile)
            return "opened"
        case 3:
            try directory.makeDirectory(step.name, permissions: .ownerDirectory)
            return "made"
        case 4:
            directories[step.otherDirectory] = try directory.subdirectory(step.name)
            return "entered"
        case 5:
            directories[step.otherDirectory] = try root.reopened()
            return "back"
        case 6, 7:
            try directory.rename(step.name, to: step.otherName, in: other, exclusive: step.kind == 7)
            return "renamed"
        case 8:
            try directory.link(step.name, to: step.otherName, in: other)
            return "linked"
        case 9:
            try directory.remove(step.name)
            return "removed"
        case 10:
            try directory.removeDirectory(step.name)
            return "removed"
        case 11: return try directory.entries().map { "\($0.name) \(String(describing: $0.kind))" }.sorted().description
        case 12: return Self.describe(try directory.status(of: step.name))
        case 13:
            try directory.sync()
            return "synced"
        default: return try act(step, try file(step.handle))
        }
    }

    private struct NoFile: Error {}

    private func file(_ handle: Int) throws -> any File {
        guard let file = files[handle] else { throw NoFile() }
        return file
    }

    private func act(_ step: Step, _ file: any File) throws -> String {
        let bytes = [UInt8](repeating: step.byte, count: step.count)
        switch step.kind {
        case 14, 15: return "\(try file.write(bytes.span, at: step.offset))"
        case 16: return "\(try file.append(bytes.span))"
        case 17, 18:
            var buffer = [UInt8](repeating: 0, count: step.count)
            var span = buffer.mutableSpan
            let count = try file.read(into: &span, at: step.offset)
            return "\(count) \(buffer[0..<count].reduce(0) { $0 &* 31 &+ Int($1) })"
        case 19:
            try file.truncate(to: step.offset)
            return "cut"
        case 20:
            try file.allocate(to: step.offset)
            return "allocated"
        case 21: return Self.describe(try file.status())
        case 22:
            try file.sync(.data)
            return "synced"
        default:
            // Dropped, since the two look at the handle and at the arguments in different order.
            try file.close()
            files[step.handle] = nil
            return "closed"
        }
    }

    private static func describe(_ status: FileStatus) -> String {
        if status.kind == .directory { return "directory \(status.permissions)" }
        return "\(status.kind) \(status.size) \(status.linkCount) \(status.permissions)"
    }

    /// Everything below the root, with contents.
    func tree() throws -> [String] { try tree(root, "") }

    private func tree(_ directory: any Directory, _ path: String) throws -> [String] {
        var lines: [String] = []
        for entry in try directory.entries().sorted(by: { $0.name < $1.name }) {
            let place = path + "/" + entry.name
            if entry.kind == .directory {
                lines += [place] + (try tree(directory.subdirectory(entry.name), place))
            } else {
                let bytes = try directory.open(entry.name, .read, permissions: .ownerFile).readAll(
                    maximumBytes: 1 << 20
                )
                lines.append("\(place) \(bytes.count) \(bytes.reduce(0) { $0 &* 31 &+ Int($1) })")
            }
        }
        return lines
    }
}
