import CrashTesting
import FileSystemSeam
import Testing

/// Small programs with the exact list of what each model lets survive. They guard the models themselves: an outcome
/// more or less is a change of the model, never an accident.
@Suite struct LitmusTests {
    struct Program: Sendable, CustomStringConvertible {
        var description: String
        var prepare: @Sendable (any Directory) throws -> Void = { _ in }
        var run: @Sendable (any Directory) throws -> Void
        /// By model name; `posixMinimal` speaks for models that are not listed.
        var outcomes: [String: Set<String>]

        func expected(_ model: PersistenceModel) -> Set<String> {
            outcomes[model.name] ?? outcomes["posixMinimal"] ?? []
        }
    }

    @Test(arguments: programs, PersistenceModel.all)
    func exactlyTheLegalOutcomesSurvive(_ program: Program, _ model: PersistenceModel) throws {
        let seen = try CrashExplorer(model).outcomes {
            try program.prepare($0.openDirectory("/"))
        } workload: {
            try program.run($0.openDirectory("/"))
        } observe: {
            try describe($0.openDirectory("/"))
        }
        let expected = program.expected(model)
        #expect(seen.subtracting(expected).isEmpty, "\(model): too many: \(seen.subtracting(expected).sorted())")
        #expect(expected.subtracting(seen).isEmpty, "\(model): missing: \(expected.subtracting(seen).sorted())")
    }

    @Test func theKnobsChangeWhatTheySay() throws {
        func outcomes(_ model: PersistenceModel, _ run: (any Directory) throws -> Void) throws -> Set<String> {
            try CrashExplorer(model).outcomes {
                try put($0.openDirectory("/"), "b", "B", synced: true)
            } workload: {
                try run($0.openDirectory("/"))
            } observe: {
                try describe($0.openDirectory("/"))
            }
        }
        func replace(_ directory: any Directory) throws {
            try put(directory, "a", "A")
            try directory.rename("a", to: "b", in: directory, exclusive: false)
        }
        var careful = PersistenceModel.ext4Ordered
        careful.renameOntoWaitsForData = true
        #expect(try outcomes(.ext4Ordered, replace).contains("b="))
        #expect(try !outcomes(careful, replace).contains("b="))

        var garbage = PersistenceModel.posixMinimal
        garbage.newSectorsMayHoldGarbage = true
        let torn = try outcomes(garbage) { try put($0, "b", "BC") }
        #expect(torn == ["b=B", "b=B·", "b=BC"], "within a sector there is nothing to fill: \(torn)")
        let long = try outcomes(garbage) { try put($0, "c", String(repeating: "c", count: 2)) }
        #expect(long.contains { $0.hasPrefix("b=B c=?") }, "\(long)")

        var split = PersistenceModel.posixMinimal
        split.splitsRenames = true
        func move(_ directory: any Directory) throws {
            try directory.rename("b", to: "c", in: directory, exclusive: false)
        }
        #expect(try outcomes(.posixMinimal, move) == ["b=B", "c=B"])
        #expect(try outcomes(split, move) == ["b=B", "c=B", "b=B c=B", "-"])
    }

    static let programs: [Program] = [
        Program(
            description: "create and sync the file only",
            run: { try put($0, "a", "A", synced: true) },
            outcomes: [
                "posixMinimal": ["-", "a=A"], "ext4Ordered": ["a=A"], "xfs": ["a=A"],
            ]
        ),
        Program(
            description: "create and sync(.data) the file only",
            run: { directory in
                let file = try directory.open("a", [.write, .create], permissions: .ownerFile)
                try file.writeText("A")
                try file.sync(.data)
            },
            outcomes: ["posixMinimal": ["-", "a=A"]]
        ),
        Program(
            description: "create, write, sync the directory only",
            run: {
                try put($0, "a", "A")
                try $0.sync()
            },
            outcomes: [
                "posixMinimal": ["a=", "a=·", "a=A"], "ext4Ordered": ["a=", "a=A"], "xfs": ["a=", "a=A"],
            ]
        ),
        Program(
            description: "append within a sector",
            prepare: { try put($0, "a", "A", synced: true) },
            run: { try put($0, "a", "AB") },
            outcomes: [
                "posixMinimal": ["a=A", "a=A·", "a=AB"], "xfs": ["a=A", "a=AB"],
            ]
        ),
        Program(
            description: "append a sector within a block",
            prepare: { try put($0, "a", sectors("A"), synced: true) },
            run: { try put($0, "a", sectors("AB")) },
            outcomes: [
                "posixMinimal": ["a=[A]", "a=[A·]", "a=[AB]"], "xfs": ["a=[A]", "a=[AB]"],
            ]
        ),
        Program(
            description: "append across a block boundary",
            prepare: { try put($0, "a", sectors("AAAAAAAA"), synced: true) },
            run: { try put($0, "a", sectors("AAAAAAAABC")) },
            outcomes: [
                "posixMinimal": [
                    "a=[AAAAAAAA]", "a=[AAAAAAAA··]", "a=[AAAAAAAAB·]", "a=[AAAAAAAA·C]", "a=[AAAAAAAABC]",
                ],
                "ext4Ordered": ["a=[AAAAAAAA]", "a=[AAAAAAAABC]"], "xfs": ["a=[AAAAAAAA]", "a=[AAAAAAAABC]"],
            ]
        ),
        Program(
            description: "overwrite two sectors",
            prepare: { try put($0, "a", sectors("AB"), synced: true) },
            run: { try put($0, "a", sectors("CD")) },
            outcomes: ["posixMinimal": ["a=[AB]", "a=[CB]", "a=[AD]", "a=[CD]"]]
        ),
        Program(
            description: "overwrite one sector twice",
            prepare: { try put($0, "a", "A", synced: true) },
            run: {
                try put($0, "a", "B")
                try put($0, "a", "C")
            },
            outcomes: ["posixMinimal": ["a=A", "a=B", "a=C"]]
        ),
        Program(
            description: "rename after an unsynced write",
            prepare: { try put($0, "b", "B", synced: true) },
            run: {
                try put($0, "a", "A")
                try $0.rename("a", to: "b", in: $0, exclusive: false)
                try $0.sync()
            },
            outcomes: [
                "posixMinimal": ["b=", "b=·", "b=A"], "ext4Ordered": ["b=", "b=A"], "xfs": ["b=", "b=A"],
            ]
        ),
        Program(
            description: "two renames",
            prepare: {
                try put($0, "a", "A", synced: true)
                try put($0, "b", "B", synced: true)
            },
            run: {
                try $0.rename("a", to: "c", in: $0, exclusive: false)
                try $0.rename("b", to: "d", in: $0, exclusive: false)
            },
            outcomes: [
                "posixMinimal": ["a=A b=B", "b=B c=A", "a=A d=B", "c=A d=B"],
                "ext4Ordered": ["a=A b=B", "b=B c=A", "c=A d=B"],
            ]
        ),
        Program(
            description: "two creations in different directories",
            prepare: {
                try $0.makeDirectory("x", permissions: .ownerDirectory)
                try $0.makeDirectory("y", permissions: .ownerDirectory)
            },
            run: {
                try put($0.subdirectory("x"), "a", "")
                try put($0.subdirectory("y"), "b", "")
            },
            outcomes: [
                "posixMinimal": ["x/ y/", "x/a= y/", "x/ y/b=", "x/a= y/b="],
                "ext4Ordered": ["x/ y/", "x/a= y/", "x/a= y/b="],
            ]
        ),
        Program(
            description: "rename across directories",
            prepare: {
                try $0.makeDirectory("x", permissions: .ownerDirectory)
                try put($0, "a", "A", synced: true)
            },
            run: { try $0.rename("a", to: "b", in: $0.subdirectory("x"), exclusive: false) },
            outcomes: [
                "posixMinimal": ["a=A x/", "a=A x/b=A", "x/", "x/b=A"], "ext4Ordered": ["a=A x/", "x/b=A"],
                "xfs": ["a=A x/", "x/b=A"],
            ]
        ),
        Program(
            description: "rename across directories, target synced",
            prepare: {
                try $0.makeDirectory("x", permissions: .ownerDirectory)
                try put($0, "a", "A", synced: true)
            },
            run: {
                let target = try $0.subdirectory("x")
                try $0.rename("a", to: "b", in: target, exclusive: false)
                try target.sync()
            },
            outcomes: ["posixMinimal": ["a=A x/b=A", "x/b=A"], "ext4Ordered": ["x/b=A"], "xfs": ["x/b=A"]]
        ),
        Program(
            description: "chain of directories, leaf synced",
            run: {
                try $0.makeDirectory("x", permissions: .ownerDirectory)
                let outer = try $0.subdirectory("x")
                try outer.makeDirectory("y", permissions: .ownerDirectory)
                try outer.sync()
            },
            outcomes: ["posixMinimal": ["-", "x/y/"], "ext4Ordered": ["x/y/"], "xfs": ["x/y/"]]
        ),
        Program(
            description: "truncate to nothing",
            prepare: { try put($0, "a", sectors("A"), synced: true) },
            run: { try $0.open("a", [.write], permissions: .ownerFile).truncate(to: 0) },
            outcomes: [
                "posixMinimal": ["a=[A]", "a=[·]", "a="], "ext4Ordered": ["a=[A]", "a="], "xfs": ["a=[A]", "a="],
            ]
        ),
        Program(
            description: "link and unlink",
            prepare: { try put($0, "a", "A", synced: true) },
            run: {
                try $0.link("a", to: "b", in: $0)
                try $0.remove("a")
            },
            outcomes: [
                "posixMinimal": ["a=A", "a=A b=A", "-", "b=A"], "ext4Ordered": ["a=A", "a=A b=A", "b=A"],
                "xfs": ["a=A", "a=A b=A", "b=A"],
            ]
        ),
        Program(
            description: "plain fsync of an overwrite",
            prepare: { try put($0, "a", "A", synced: true) },
            run: {
                try put($0, "a", "B")
                try $0.open("a", [.write], permissions: .ownerFile).sync(.driveOnly)
            },
            outcomes: ["posixMinimal": ["a=B"], "apfs": ["a=A", "a=B"]]
        ),
        Program(
            description: "barrier between two files",
            prepare: {
                try put($0, "a", "A", synced: true)
                try put($0, "b", "A", synced: true)
            },
            run: {
                try put($0, "a", "B")
                try $0.open("a", [.write], permissions: .ownerFile).sync(.barrier)
                try put($0, "b", "B")
            },
            outcomes: [
                "posixMinimal": ["a=A b=A", "a=B b=A", "a=B b=B"], "ext4Ordered": ["a=B b=A", "a=B b=B"],
                "xfs": ["a=B b=A", "a=B b=B"],
            ]
        ),
    ]
}

extension File {
    fileprivate func writeText(_ text: String, at offset: Int64 = 0) throws {
        let bytes = Array(text.utf8)
        _ = try write(bytes.span, at: offset)
    }
}

/// One letter a sector.
private func sectors(_ letters: String) -> String {
    letters.map { String(repeating: String($0), count: 512) }.joined()
}

func put(_ directory: any Directory, _ name: String, _ text: String, synced: Bool = false) throws {
    let file = try directory.open(name, [.write, .create], permissions: .ownerFile)
    if !text.isEmpty { try file.writeText(text) }
    if synced { try file.sync(.full) }
}

/// The whole tree in one line: `a=A x/b=`, zeros as `·`, whole sectors of one letter in brackets.
func describe(_ directory: any Directory, _ prefix: String = "") throws -> String {
    var parts: [String] = []
    for entry in try directory.entries().sorted(by: { $0.name < $1.name }) {
        if entry.kind == .directory {
            let inner = try describe(directory.subdirectory(entry.name), prefix + entry.name + "/")
            parts.append(inner == "-" ? prefix + entry.name + "/" : inner)
            continue
        }
        let file = try directory.open(entry.name, [.read], permissions: .ownerFile)
        var bytes = [UInt8](repeating: 0, count: 8192)
        var span = bytes.mutableSpan
        let count = try file.read(into: &span, at: 0)
        func letter(_ byte: UInt8) -> String {
            byte == 0 ? "·" : byte > 127 ? "?" : String(UnicodeScalar(byte))
        }
        var text = ""
        if count > 0, count % 512 == 0 {
            text = "[" + stride(from: 0, to: count, by: 512).map { letter(bytes[$0]) }.joined() + "]"
        } else {
            text = bytes[0..<count].map(letter).joined()
        }
        parts.append("\(prefix)\(entry.name)=\(text)")
    }
    return parts.isEmpty ? "-" : parts.joined(separator: " ")
}
