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
    /// - Throws: `.held` or `.wouldBlock` when the lock is held, `.markerChanged`, `.io`.
    public func quarantine(_ evidence: MarkerEvidence) throws(LockError) -> String {
        let held = try hold(.zero)
        defer { held.release() }
        let directory = try held.openDirectory()
        guard let found = try self.evidence(in: directory), found == evidence else { throw .markerChanged(path: path) }
        return try moveAway(found, in: directory)
    }

    /// Decides about a marker that was found although the lock is now ours.
    func settle(
        _ found: MarkerEvidence,
        _ policy: StaleMarkerPolicy,
        _ request: MarkerRequest,
        in directory: any Directory
    ) throws(LockError) {
        guard case .takeover(let signed, let trustedKeys) = policy else { throw .staleMarker(path: path, found) }
        let newOwner = TakeoverOwner(request, host: fileSystem.processIdentity.hostName)
        try takeAway(found, signed, trustedKeys, newOwner, in: directory)
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
        try epochFile(in: directory).raise(to: found.marker?.epoch ?? 0)
        let newName = "\(name).stale-\(Self.compact(now))-\(try randomHex(byteCount: 8))"
        do {
            if let attestation {
                try directory.publishExclusively("\(newName).takeover", attestation, syncDirectory: false)
            }
            try directory.rename(name, to: newName, in: directory, exclusive: true)
        } catch {
            if attestation != nil { try? directory.remove("\(newName).takeover") }
            throw .io(error, file: path)
        }
        // A tool that does not take the lock may have put another marker there at the last moment.
        let moved = try evidence(of: newName, in: directory)
        guard moved == found else {
            try? directory.rename(newName, to: name, in: directory, exclusive: true)
            if attestation != nil { try? directory.remove("\(newName).takeover") }
            throw .markerChanged(path: path)
        }
        do {
            try directory.sync()
        } catch {
            throw .io(error, file: path)
        }
        return newName
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
