internal import FileSystemSeam

/// Tries names.
struct NameTrial {
    private let scratch: any Directory
    private let probes: any HostProbes

    init(_ scratch: any Directory, _ probes: any HostProbes) {
        self.scratch = scratch
        self.probes = probes
    }

    func run(_ note: ((inout NameEvidence) -> Void) -> Void) {
        let replaces = Evidence<Bool>.looking { () throws(FileSystemError) in
            let moved = try make("a")
            _ = try make("b")
            try scratch.rename("a", to: "b", in: scratch, exclusive: false)
            if try scratch.exists("a") { return false }
            return try scratch.status(of: "b").identity == moved
        }
        note { $0.renameReplaces = replaces }
        let refuses = Evidence<Bool>.looking { () throws(FileSystemError) in
            _ = try make("c")
            let standing = try make("d")
            do throws(FileSystemError) {
                try scratch.rename("c", to: "d", in: scratch, exclusive: true)
                return false
            } catch {
                if error.code != .exists { throw error }
            }
            guard try scratch.exists("c") else { return false }
            return try scratch.status(of: "d").identity == standing
        }
        note { $0.exclusiveRenameRefuses = refuses }
        let links = Evidence<Bool>.looking { () throws(FileSystemError) in
            let file = try make("e")
            try scratch.link("e", to: "f", in: scratch)
            return try scratch.status(of: "f").identity == file
        }
        note { $0.links = links }
        let removed = Evidence<Bool>.looking { () throws(FileSystemError) in
            let file = try scratch.open("g", [.read, .write, .create], permissions: .ownerFile)
            defer { try? file.close() }
            try scratch.remove("g")
            try file.writeAll([1, 2, 3], at: 0)
            return try file.readAll(maximumBytes: 16) == [1, 2, 3]
        }
        note { $0.removedFilesStayUsable = removed }
        let unnamed = Evidence<Bool>.looking { () throws(FileSystemError) in
            try probes.makeUnnamedFile(in: scratch)
            return true
        }
        note { $0.unnamedFiles = unnamed }
        let cases = Evidence<Bool>.looking { () throws(FileSystemError) in
            _ = try make("case")
            return try !scratch.exists("CASE")
        }
        note { $0.caseMatters = cases }
        let normalization = Evidence<Bool>.looking { () throws(FileSystemError) in
            _ = try make("\u{E9}")
            return try !scratch.exists("e\u{301}")
        }
        note { $0.normalizationMatters = normalization }
    }

    private func make(_ name: String) throws(FileSystemError) -> FileIdentity {
        let file = try scratch.open(name, [.write, .create], permissions: .ownerFile)
        defer { try? file.close() }
        return try file.status().identity
    }
}
