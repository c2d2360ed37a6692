internal import FileSystemSeam

/// The gate that everyone passes on the way to a lock with ``FileLockOptions/writerPreference``.
extension LockAttempt {
    /// Waits at the gate. Everyone takes it alone, also readers: were it shared, they could keep it taken by turns.
    mutating func passGate(_ directory: any Directory, _ wait: LockWait) throws(LockError) -> Bool {
        if !lock.options.writerPreference { return true }
        let target = try openGate(directory)
        gate = target
        return try wait.take(target, .exclusive, file: gatePath)
    }

    private var gatePath: String { "\(lock.path).gate" }

    private func openGate(_ directory: any Directory) throws(LockError) -> LockTarget {
        do throws(FileSystemError) {
            if let gate = lock.options.gateDirectory {
                let own = try gate.reopened()
                guard let anchored = anchored(directory), try anchored.status().identity == own.status().identity else {
                    return .directory(own)
                }
                try? own.close()
            } else if let name = lock.place.name {
                return .file(try directory.open("\(name).gate", [.read, .write, .create], permissions: .ownerFile))
            }
        } catch {
            throw .io(error, file: gatePath)
        }
        // Who holds the one would wait at the other for itself.
        throw .unusableGate(
            path: lock.path,
            reason: lock.options.gateDirectory == nil
                ? "a directory has no place for a gate beside it" : "the gate is the directory that it hangs on"
        )
    }

    /// Opens the gate for those who come next: it is unlocked, also where a forked child still has it open, which would
    /// keep it shut for as long as the child lives.
    mutating func closeGate() {
        switch gate {
        case .file(let file)?: file.unlockAndClose()
        case .directory(let directory)?: directory.unlockAndClose()
        case nil: break
        }
        gate = nil
    }
}
