internal import Canonical
internal import FileSystemSeam

extension MarkerLock {
    /// Moves a stale marker out of the way, with its contents: to `<name>.stale-<time>-<random>`.
    ///
    /// The move is bound to the bytes and the file that were inspected, replaces nothing, and is refused while anybody
    /// holds the lock. It is durable when this returns.
    ///
    /// - Parameter evidence: what ``readMarker()`` or ``inspect()`` gave.
    /// - Returns: the new name.
    /// - Throws: `.held` or `.wouldBlock` when the lock is held, `.markerChanged`, `.io`; `.epochsExhausted` for a
    ///   marker that claims one of the last epochs there are: nobody could acquire the lock any more; and
    ///   `.epochUnreadable` for one that tells an epoch where the epoch file tells none: nothing would remember it.
    ///   Nothing was moved then.
    public func quarantine(_ evidence: MarkerEvidence) throws(LockError) -> String {
        let held = try hold(.zero)
        defer { held.release() }
        let directory = try held.openDirectory()
        guard let found = try self.evidence(in: directory), found == evidence else { throw .markerChanged(path: path) }
        return try moveAway(found, in: directory)
    }

    /// Moves a marker away under the lock.
    ///
    /// - Parameter attestation: written beside it first, as `<new name>.takeover`.
    func moveAway(
        _ found: MarkerEvidence,
        attestation: [UInt8]? = nil,
        in directory: any Directory
    ) throws(LockError) -> String {
        // The marker may be all that is left of its epoch.
        try epochFile(in: directory).raise(to: epoch(of: found, in: directory))
        let newName = try quarantineName()
        do throws(LockError) {
            try place(attestation, beside: newName, in: directory)
            if try !move(found, to: newName, replacing: false, in: directory) { throw .markerChanged(path: path) }
        } catch {
            if attestation != nil { try? directory.remove("\(newName).takeover") }
            throw error
        }
        do {
            try directory.sync()
        } catch {
            // It goes back, so that another attempt moves it anew: another sync would say nothing of this one.
            try? directory.rename(newName, to: name, in: directory, exclusive: true)
            if attestation != nil { try? directory.remove("\(newName).takeover") }
            throw .io(error, file: path)
        }
        return newName
    }

    /// Puts a takeover beside a marker in quarantine.
    func place(
        _ attestation: [UInt8]?,
        beside newName: String,
        in directory: any Directory
    ) throws(LockError) {
        guard let attestation else { return }
        do {
            try directory.publishExclusively("\(newName).takeover", attestation, syncDirectory: false)
        } catch {
            throw .io(error, file: path)
        }
    }

    func quarantineName() throws(LockError) -> String {
        "\(name).stale-\(Self.compact(now))-\(try randomHex(byteCount: 8))"
    }

    /// `20260314T150926Z`.
    static func compact(_ time: Timestamp) -> String {
        var text = ""
        for character in Timestamp(secondsSinceEpoch: time.secondsSinceEpoch).description
        where character != "-" && character != ":" {
            text.append(character)
        }
        return text
    }
}
