public import Canonical
public import FileSystemSeam

/// A marker file as it was found: exactly these bytes in exactly this file.
public struct MarkerEvidence: Sendable, Hashable {
    /// The file's contents.
    public let bytes: [UInt8]
    /// The file's device and inode.
    public let identity: FileIdentity
    /// What it says; nil when it cannot be read.
    public let marker: LockMarker?
    /// Why it cannot be read.
    public let syntaxError: MarkerSyntaxError?
    /// Whether its owner is on another host or in another process-id namespace than the one who looks. Then process
    /// numbers say nothing here.
    public let isForeign: Bool

    init(bytes: [UInt8], identity: FileIdentity, form: MarkerForm, viewer: ProcessIdentity) {
        self.bytes = bytes
        self.identity = identity
        do throws(MarkerSyntaxError) {
            let marker = try LockMarker(parsing: bytes, form: form)
            self.marker = marker
            syntaxError = nil
            isForeign = marker.isForeign(to: viewer)
        } catch {
            marker = nil
            syntaxError = error
            isForeign = false
        }
    }

    /// The SHA-256 of the bytes.
    public var digest: Digest { Digest(hashing: bytes) }

    /// The owner in a few words.
    public var ownerDescription: String {
        guard let marker else { return "an owner that cannot be read (\(syntaxError.map { "\($0)" } ?? ""))" }
        let host = marker.host.isEmpty ? "an unnamed host" : marker.host
        let place = isForeign ? " (another host or namespace)" : ""
        return "process \(marker.processID) on \(host)\(place), operator \(marker.operatorPrincipalID), since "
            + marker.acquiredAt.description
    }
}

extension LockMarker {
    /// Whether the owner is elsewhere than `viewer`: on a host of another name or machine, or in another process-id
    /// namespace of this one. Names and ids are compared byte by byte.
    func isForeign(to viewer: ProcessIdentity) -> Bool {
        if !host.isEmpty, !viewer.hostName.isEmpty, !TextBytes.isSame(host, viewer.hostName) { return true }
        if let machineID, let own = viewer.machineID, !TextBytes.isSame(machineID, own) { return true }
        // After a start of the machine namespaces have new numbers, but for the first one. That it was started anew is
        // not known: a container may be shown a boot of its own.
        if let processNamespace, let own = viewer.processNamespace, processNamespace != own { return true }
        return false
    }

    /// Whether the owner was told another boot than `viewer`. An id that is missing or empty tells of none.
    func isOfAnotherBoot(than viewer: ProcessIdentity) -> Bool {
        guard let bootID, let own = viewer.bootID, !bootID.isEmpty, !own.isEmpty else { return false }
        return !TextBytes.isSame(bootID, own)
    }
}
