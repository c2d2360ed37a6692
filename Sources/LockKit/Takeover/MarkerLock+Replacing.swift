internal import Canonical
internal import FileSystemSeam

/// A stale marker that has a name in quarantine besides its own.
struct ReplacedMarker {
    let found: MarkerEvidence
    let quarantineName: String
}

/// Taking a marker's place without a moment in which none stands: then anybody could acquire what a takeover gave to
/// one.
///
/// ```
/// takeover:   write .<new name>.takeover.tmp-0, sync, rename to <new name>.takeover without replacing
/// quarantine: link <name> to <new name>, look at what was linked, sync the directory
/// marker:     write .<name>.tmp, sync, rename to <name>, sync the directory
/// ```
///
/// The first sync of the directory is what keeps the stale marker: a power cut after the renaming could else leave the
/// new one alone.
extension MarkerLock {
    /// Gives a stale marker its name in quarantine, durably, beside the takeover that says so. It stands as before.
    func keep(
        _ found: MarkerEvidence,
        attestation: [UInt8],
        in directory: any Directory
    ) throws(LockError) -> ReplacedMarker {
        let replaced = ReplacedMarker(found: found, quarantineName: try quarantineName())
        do throws(LockError) {
            try place(attestation, beside: replaced.quarantineName, in: directory)
            try link(replaced, in: directory)
            do {
                try directory.sync()
            } catch {
                throw .io(error, file: path)
            }
        } catch {
            giveUp(replaced, in: directory)
            throw error
        }
        return replaced
    }

    private func link(_ replaced: ReplacedMarker, in directory: any Directory) throws(LockError) {
        let (found, newName) = (replaced.found, replaced.quarantineName)
        do throws(FileSystemError) {
            do {
                try directory.link(name, to: newName, in: directory)
            } catch  where error.code.refusesSecondName {
                return try directory.publishExclusively(newName, found.bytes, syncDirectory: false)
            }
        } catch {
            throw error.code == .noEntry ? .markerChanged(path: path) : .io(error, file: path)
        }
        guard let linked = try read(newName, in: directory), linked.identity == found.identity,
            linked.bytes == found.bytes
        else { throw .markerChanged(path: path) }
    }

    /// Puts the new marker where the stale one stands, in one step.
    func replace(
        _ replaced: ReplacedMarker,
        by marker: LockMarker,
        in directory: any Directory
    ) throws(LockError) {
        let bytes = try marker.encoded()
        guard try evidence(in: directory) == replaced.found else { throw .markerChanged(path: path) }
        do {
            try directory.replaceAtomically(name, with: bytes, temporaryName: ".\(name).tmp")
        } catch {
            throw .io(error, file: path)
        }
    }

    /// Puts the stale marker back after a failure, which is what the caller reports. What cannot be undone stays: a
    /// marker stands in any case.
    func restore(_ replaced: ReplacedMarker, from marker: LockMarker, in directory: any Directory) {
        // The last sync may be what failed, and then the new one stands.
        guard let standing = try? evidence(in: directory), let token = standing.marker?.token,
            TextBytes.isSame(token, marker.token)
        else { return giveUp(replaced, in: directory) }
        do {
            try directory.rename(replaced.quarantineName, to: name, in: directory, exclusive: false)
            try directory.remove("\(replaced.quarantineName).takeover")
            try directory.sync()
        } catch {}
    }

    /// Takes the name in quarantine away again, where the same marker stands at its own.
    private func giveUp(_ replaced: ReplacedMarker, in directory: any Directory) {
        do {
            if try directory.exists(replaced.quarantineName) {
                // A second name of what stands there, whatever that is, also what cannot be read; or a copy of it.
                let kept = try directory.status(of: replaced.quarantineName).identity
                if (try? directory.status(of: name).identity) != kept {
                    guard try evidence(in: directory)?.bytes == read(replaced.quarantineName, in: directory)?.bytes
                    else {
                        return
                    }
                }
                try directory.remove(replaced.quarantineName)
            }
            try directory.remove("\(replaced.quarantineName).takeover")
        } catch {}
    }
}
