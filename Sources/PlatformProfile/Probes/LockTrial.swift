internal import FileSystemSeam

/// Tries locks.
struct LockTrial {
    private let scratch: any Directory
    private let store: any Directory
    private let probes: any HostProbes
    private let timeoutNanoseconds: UInt64

    init(
        _ scratch: any Directory,
        _ store: any Directory,
        _ probes: any HostProbes,
        _ timeoutNanoseconds: UInt64
    ) {
        self.scratch = scratch
        self.store = store
        self.probes = probes
        self.timeoutNanoseconds = timeoutNanoseconds
    }

    func run(_ note: ((inout LockEvidence) -> Void) -> Void) {
        let handles = Evidence<Bool>.looking { () throws(FileSystemError) in
            let first = try open("lock")
            defer { try? first.close() }
            let second = try open("lock")
            defer { try? second.close() }
            guard try first.lock(.exclusive, blocking: false) else { return false }
            return try !second.lock(.exclusive, blocking: false)
        }
        note { $0.excludesHandles = handles }
        // The scratch directory is on the store's file system, and nobody else locks it.
        let directories = Evidence<Bool>.looking { () throws(FileSystemError) in
            let first = try scratch.reopened()
            defer { try? first.close() }
            let second = try scratch.reopened()
            defer { try? second.close() }
            guard try first.lock(.exclusive, blocking: false) else { return false }
            return try !second.lock(.exclusive, blocking: false)
        }
        note { $0.excludesOnDirectories = directories }
        let links = Evidence<Bool>.looking { () throws(FileSystemError) in
            try probes.makeSymbolicLink("link", to: "lock", in: scratch)
            do throws(FileSystemError) {
                try scratch.open("link", [.read, .write, .create], permissions: .ownerFile).close()
                return false
            } catch {
                if error.code == .symbolicLinkLoop { return true }
                throw error
            }
        }
        note { $0.refusesSymbolicLinks = links }
        let other = Evidence<OtherProcessLock>.looking { () throws(FileSystemError) in
            let file = try open("other")
            defer { try? file.close() }
            return try probes.otherProcessLock(on: file, timeoutNanoseconds: timeoutNanoseconds)
        }
        note {
            $0.excludesProcesses = other.map(\.excludes)
            $0.endsWithProcess = other.map(\.endsWithProcess)
        }
    }

    private func open(_ name: String) throws(FileSystemError) -> any File {
        try scratch.open(name, [.read, .write, .create], permissions: .ownerFile)
    }
}
