import Canonical
import FileSystemSeam
import LockKit
import Signing

/// A simulated disk with a directory `/store`, and marker locks in it.
struct TestMarkers {
    let disk: SimDisk
    let fileSystem: SimFS
    let directory: any Directory

    static let name = ".cortex-restore-active-store.lock"

    init(_ disk: SimDisk = SimDisk()) throws {
        self.disk = disk
        fileSystem = disk.boot()
        let root = try fileSystem.openDirectory("/")
        try root.makeDirectory("store", permissions: .ownerDirectory)
        directory = try fileSystem.openDirectory("/store")
    }

    /// A handle of another process.
    func lock(_ options: MarkerLockOptions = MarkerLockOptions()) -> MarkerLock {
        MarkerLock(inDirectory: "/store", fileSystem: disk.boot(), options: options)
    }

    /// Leaves a marker as a process that was killed does, and gives it.
    func leaveStaleMarker() throws -> MarkerEvidence {
        let victim = disk.boot()
        let held = try MarkerLock(inDirectory: "/store", fileSystem: victim).acquire(.test)
        disk.kill(victim)
        // Its destructor finds the process dead.
        _ = consume held
        guard let found = try lock().readMarker() else { throw NoMarker() }
        return found
    }

    func names() throws -> [String] { try directory.entries().map(\.name).sorted() }

    func text(_ name: String = Self.name) throws -> String {
        String(decoding: try directory.readFile(name, maximumBytes: 1 << 20), as: UTF8.self)
    }

    func put(_ name: String, _ text: String) throws {
        let file = try directory.open(name, [.write, .create, .truncate], permissions: .ownerFile)
        try file.writeAll(Array(text.utf8), at: 0)
        try file.close()
    }
}

struct NoMarker: Error {}

extension MarkerRequest {
    static let test = MarkerRequest(
        deploymentID: "dep-eu-0007",
        operatorPrincipalID: "operator-m",
        restoreIntent: Digest(hashing: [], algorithm: .blake3)
    )
}

extension TakeoverOwner {
    static let test = TakeoverOwner(deploymentID: "dep-eu-0007", operatorPrincipalID: "operator-m", host: "simulated")
}

extension MarkerLock {
    /// Whether it can be acquired now; it is released again.
    func canAcquire() throws -> Bool {
        do throws(LockError) {
            try acquire(.test).release()
            return true
        } catch {
            switch error {
            case .held, .wouldBlock, .staleMarker: return false
            default: throw error
            }
        }
    }
}

/// What releasing throws; nil for nothing.
func releaseError(_ held: consuming MarkerLockGuard) -> LockError? {
    do throws(LockError) {
        try held.release()
        return nil
    } catch {
        return error
    }
}
