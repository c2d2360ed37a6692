internal import Canonical
internal import FileSystemSeam

extension MarkerLock {
    /// Takes the lock, and writes the marker.
    ///
    /// When it returns, marker and epoch are on stable storage.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait at most for a holder to end. Also with zero, up to 2 ms are waited, because who
    ///     only looks at the lock holds it for some microseconds, and 50 ms more when no marker stands.
    ///   - stale: what to do with a marker that nobody holds the lock of.
    ///   - minimumEpoch: tells the highest epoch that the protected store has seen; the new one is greater. Called once
    ///     the lock is held, since another holder may raise it until then, and before anything is changed.
    /// - Throws: `.held`, `.wouldBlock`, `.staleMarker`, `.takeoverRefused`, `.markerChanged`, `.invalidValue`,
    ///   `.epochUnreadable`, `.epochsExhausted`, `.minimumEpochUnknown` when `minimumEpoch` throws, and what
    ///   ``FileLock/tryLock(_:)`` throws. Nothing is then held, and no marker of this call stands; that of a takeover
    ///   stands again, or when even that failed, one of the new owner, so that nobody acquires without another
    ///   takeover. The epoch may have been counted, and then a takeover is to be signed anew.
    public func acquire(
        _ request: MarkerRequest,
        timeout: Duration = .zero,
        stale: StaleMarkerPolicy = .refuse,
        minimumEpoch: () throws -> UInt64 = { 0 }
    ) throws(LockError) -> MarkerLockGuard {
        var marker = marker(request)
        // Before anything is touched.
        _ = try marker.encoded(leavingRoomFor: LockMarker.laterByteMaximum)
        let held = try hold(timeout)
        // Not when waiting for it began.
        marker.acquiredAt = now
        do throws(LockError) {
            let directory = try held.openDirectory()
            let found = try evidence(in: directory)
            if let found, case .refuse = stale { throw .staleMarker(path: path, found) }
            let seen = try seen(minimumEpoch)
            let minimum = max(seen, try epoch(of: found, vouchedFor: seen, in: directory))
            marker.token = try randomHex(byteCount: LockMarker.tokenByteCount)
            var replaced: ReplacedMarker?
            if let found, case .takeover(let signed, let trustedKeys) = stale {
                try verify(signed, of: found, trustedKeys, TakeoverOwner(request, host: marker.host), in: directory)
                replaced = try keep(found, attestation: signed.encoded(), in: directory)
            }
            do throws(LockError) {
                marker = try count(marker, beyond: minimum, vouchedFor: seen, over: replaced, in: directory)
            } catch {
                if let replaced { restore(replaced, from: marker, in: directory) }
                throw error
            }
            return MarkerLockGuard(HeldMarker(self, held, directory, marker))
        } catch {
            held.release()
            throw error
        }
    }

    private func seen(_ minimumEpoch: () throws -> UInt64) throws(LockError) -> UInt64 {
        let minimum: UInt64
        do {
            minimum = try minimumEpoch()
        } catch {
            throw .minimumEpochUnknown(path: path, reason: "\(error)")
        }
        if minimum == .max {
            throw .invalidValue(member: "the minimum epoch", reason: "is \(minimum), after which none comes")
        }
        return minimum
    }

    /// So many epochs are left at least after what nobody but a marker says.
    private static let reservedEpochs: UInt64 = 1 << 32

    /// The epoch that a marker tells; 0 for none.
    ///
    /// - Parameter known: the highest epoch that the caller knows of.
    /// - Throws: `.epochsExhausted`: the epoch file has to follow what a marker says, and after the last one, or some
    ///   more, nobody would get the lock. Where the epoch file or the caller has come as far, it is followed up to the
    ///   last but one.
    func epoch(
        of found: MarkerEvidence?,
        vouchedFor known: UInt64 = 0,
        in directory: any Directory
    ) throws(LockError) -> UInt64 {
        let epoch = found?.marker?.epoch ?? 0
        if epoch <= .max - Self.reservedEpochs { return epoch }
        if epoch < .max, try epoch <= max(known, epochForTakeover(in: directory)) { return epoch }
        throw .epochsExhausted(path: path)
    }

    /// Counts the epoch up, and publishes the marker with it.
    ///
    /// - Parameters:
    ///   - minimum: the highest epoch that the caller or a marker tells.
    ///   - seen: the highest that the caller does.
    ///   - replaced: the stale marker that it takes the place of.
    private func count(
        _ marker: LockMarker,
        beyond minimum: UInt64,
        vouchedFor seen: UInt64,
        over replaced: ReplacedMarker?,
        in directory: any Directory
    ) throws(LockError) -> LockMarker {
        var marker = marker
        let epochs = epochFile(in: directory)
        let (epoch, made) = try epochs.advance(beyond: minimum, vouchedFor: seen)
        marker.epoch = epoch
        do throws(LockError) {
            if let replaced {
                try replace(replaced, by: marker, in: directory)
            } else {
                try publish(marker, in: directory)
            }
        } catch {
            epochs.takeBack(made)
            throw error
        }
        return marker
    }

    /// What this process would write.
    private func marker(_ request: MarkerRequest) -> LockMarker {
        let identity = fileSystem.processIdentity
        var marker = LockMarker(
            form: options.form,
            processID: UInt32(clamping: identity.processID),
            host: identity.hostName,
            acquiredAt: now,
            request: request
        )
        marker.bootID = identity.bootID
        marker.processNamespace = identity.processNamespace
        marker.startTicks = identity.startTicks
        marker.machineID = identity.machineID
        marker.executable = identity.executable
        return marker
    }

    var now: Timestamp {
        let time = fileSystem.wallClock()
        let seconds = time.secondsSinceEpoch
        let nanoseconds = UInt32(time.nanosecondsSinceEpoch - seconds * 1_000_000_000)
        return Timestamp(secondsSinceEpoch: seconds, nanoseconds: nanoseconds)
    }

    /// Takes the kernel's locks.
    func hold(_ timeout: Duration) throws(LockError) -> HeldLock {
        let limit = max(timeout.nanosecondsClamped, Self.graceNanoseconds)
        if let held = try lock.acquire(.exclusive, LockWait(lock, limitNanoseconds: limit)) { return held }
        let directory = try openDirectory()
        defer { try? directory.close() }
        if let found = try evidence(in: directory) { throw .held(path: path, marker: found) }
        // Its owner is coming or going, or has gone, and a program that it was just starting holds a copy until its
        // exec.
        let transition = LockWait(lock, limitNanoseconds: Self.transitionNanoseconds)
        if let held = try lock.acquire(.exclusive, transition) { return held }
        if let found = try evidence(in: directory) { throw .held(path: path, marker: found) }
        throw .wouldBlock(path: path)
    }

    /// How long whoever only looks may hold the lock.
    private static let graceNanoseconds: UInt64 = 2_000_000
    /// How long a lock may be held without a marker before that is told.
    private static let transitionNanoseconds: UInt64 = 50_000_000

    /// Publishes the marker whole, or leaves nothing behind.
    private func publish(_ marker: LockMarker, in directory: any Directory) throws(LockError) {
        let bytes = try marker.encoded()
        do {
            try directory.publishExclusively(name, bytes, temporaryName: ".\(name).tmp")
        } catch  where error.code == .exists {
            // A tool that does not take the lock came in between.
            guard let found = try evidence(in: directory) else { throw .wouldBlock(path: path) }
            throw .staleMarker(path: path, found)
        } catch {
            // The last sync may be what failed, and then it stands.
            _ = try? removeOwn(marker, in: directory)
            throw .io(error, file: path)
        }
    }

    /// Removes the marker when it is this one.
    ///
    /// - Returns: whether it was there and this one.
    func removeOwn(_ marker: LockMarker, in directory: any Directory) throws(LockError) -> Bool {
        guard let found = try evidence(in: directory), let token = found.marker?.token,
            TextBytes.isSame(token, marker.token)
        else { return false }
        let temporary = ".\(name).tmp"
        guard try move(found, to: temporary, replacing: true, in: directory) else { return false }
        do {
            do {
                try directory.remove(temporary)
            } catch  where error.code == .noEntry {
                // Somebody else did: it is gone either way.
            }
            try directory.sync()
        } catch {
            throw .io(error, file: path)
        }
        return true
    }

    /// Gives the marker another name, if it is `found`. Tools that do not take the lock may put another one there, or
    /// take this one away, until the very moment of the renaming: what was renamed is looked at, and goes back when it
    /// is something else.
    ///
    /// - Returns: whether it was `found`.
    func move(
        _ found: MarkerEvidence,
        to newName: String,
        replacing: Bool,
        in directory: any Directory
    ) throws(LockError) -> Bool {
        do {
            try directory.rename(name, to: newName, in: directory, exclusive: !replacing)
        } catch  where error.code == .noEntry {
            return false
        } catch {
            throw .io(error, file: path)
        }
        do {
            if let moved = try read(newName, in: directory), moved.identity == found.identity,
                moved.bytes == found.bytes
            {
                return true
            }
        } catch {
            putBack(newName, in: directory)
            throw error
        }
        putBack(newName, in: directory)
        return false
    }

    /// Gives what is no marker of ours its name again; where yet another one stands there by now, both are kept.
    private func putBack(_ newName: String, in directory: any Directory) {
        do {
            try directory.rename(newName, to: name, in: directory, exclusive: true)
        } catch {
            try? directory.rename(newName, to: quarantineName(), in: directory, exclusive: true)
        }
    }

    func epochFile(in directory: any Directory) -> EpochFile {
        EpochFile("\(name).epoch", in: directory, path: "\(path).epoch")
    }

    func randomHex(byteCount: Int) throws(LockError) -> String {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var span = bytes.mutableSpan
        do {
            try fileSystem.fillRandom(&span)
        } catch {
            throw .io(error, file: path)
        }
        return Hex.encode(bytes)
    }
}
