internal import FileSystemSeam

extension MarkerLock {
    /// Says in which state the lock is, and who holds it. Changes nothing, and makes no file.
    ///
    /// Marker and lock cannot be looked at in one step: the marker is read before and after, and when that differs, or
    /// when the lock is held by another process than the one whom the marker names, the look is repeated some times.
    ///
    /// - Throws: `.directoryMissing`, `.notALockFile`, `.io`.
    public func inspect() throws(LockError) -> LockInspection {
        let directory = try openDirectory()
        defer { try? directory.close() }
        var attempts = 0
        while true {
            let before = try evidence(in: directory)
            let finding = try probe(directory)
            let after = try evidence(in: directory)
            attempts += 1
            let isLast = attempts == 5
            if before == after || isLast {
                let isHeld = finding.mode != nil
                let isOwners = after?.isHeld(by: finding.holders) ?? true
                // Where no owner is known, it may be another look that holds it.
                let isCertain = isOwners && after?.marker != nil
                if !isHeld || isCertain || isLast {
                    return inspection(after, isHeld: isHeld, isOwners, finding.holders, directory)
                }
            }
            fileSystem.sleep(nanoseconds: 500_000)
        }
    }

    private func inspection(
        _ found: MarkerEvidence?,
        isHeld: Bool,
        _ isOwners: Bool,
        _ holders: Set<Int32>,
        _ directory: any Directory
    ) -> LockInspection {
        let state: LockInspection.State
        switch found {
        case nil: state = isHeld ? .inTransition : .idle
        case let evidence? where evidence.isForeign: state = .foreign
        case _?: state = isHeld ? (isOwners ? .held : .inTransition) : .stale
        }
        return LockInspection(
            state: state,
            isHeld: isHeld,
            marker: found,
            owner: found.map { OwnerLiveness.of($0, fileSystem) } ?? .unknown,
            holders: holders.sorted(),
            epoch: try? epochFile(in: directory).current()
        )
    }

    /// Whether the lock is held, through the directory or the companion: existing tools remove the companion.
    private func probe(_ directory: any Directory) throws(LockError) -> LockProbe.Finding {
        let probe = LockProbe(fileSystem)
        do throws(FileSystemError) {
            let again = try directory.reopened()
            // What was locked is unlocked: a child that was forked meanwhile would keep it.
            defer { again.unlockAndClose() }
            var finding = try probe.look(
                at: .directory(again),
                again.status().identity,
                in: directory,
                findsShared: false
            )
            let companion: any File
            do {
                companion = try directory.open("\(name).flock", .read, permissions: .ownerFile)
            } catch  where error.code == .noEntry {
                return finding
            }
            defer { companion.unlockAndClose() }
            finding.add(try probe.look(at: companion, "\(name).flock", in: directory, findsShared: false))
            return finding
        } catch {
            throw LockProbe.strangerError(error, path: "\(path).flock") ?? .io(error, file: "\(path).flock")
        }
    }
}

extension MarkerEvidence {
    /// Whether the holders may be the owner: where nothing is known of either, yes.
    fileprivate func isHeld(by holders: Set<Int32>) -> Bool {
        guard let marker, !isForeign, !holders.isEmpty, let owner = Int32(exactly: marker.processID) else {
            return true
        }
        return holders.contains(owner)
    }
}
