internal import FileSystemSeam
internal import Synchronization

extension FileLock {
    /// Refuses a file system whose locks may end at the machine or the client, once a handle and device.
    func requireFitFileSystem(_ directory: any Directory) throws(LockError) {
        if options.allowsNetworkFileSystems { return }
        let type: String?
        do throws(FileSystemError) {
            // A held directory stays where it is; one found by its path may be another one each time.
            let seen = fitDevice.load(ordering: .relaxed)
            if seen != 0, place.directoryPath == nil { return }
            let mark = try directory.status().identity.device &+ 1
            if seen == mark { return }
            type = try fileSystem.mountFacts(of: directory).sharedFileSystemType
            if type == nil { fitDevice.store(mark, ordering: .relaxed) }
        } catch {
            throw .io(error, file: place.directoryLabel)
        }
        if let type { throw .unsupportedFilesystem(path: path, type: type) }
    }
}

extension MountFacts {
    /// The name of this file system when its files may be in use by other machines or by a server behind a protocol,
    /// where `flock` may be local, emulated or absent; nil for a local one.
    var sharedFileSystemType: String? {
        let type = fileSystemType
        // Bytes: whoever mounts one chooses what stands behind the full stop, and a mark there would combine with it.
        if Self.sharedTypes.contains(type) || type.utf8.starts(with: "fuse.".utf8) { return type }
        guard let named = Self.sharedMagics[magic], type.isEmpty else { return nil }
        return named
    }

    private static let sharedTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "ncp", "afs", "coda", "9p", "ceph", "lustre", "gpfs", "gfs2",
        "ocfs2", "beegfs", "orangefs", "pvfs2", "glusterfs", "davfs", "webdav", "afpfs", "fuse", "virtiofs", "vboxsf",
        "vmhgfs", "prl_fs",
    ]

    /// By the magic numbers of statfs(2), where the mount table does not tell.
    private static let sharedMagics: [UInt64: String] = [
        0x6969: "nfs", 0xFF53_4D42: "cifs", 0xFE53_4D42: "smb2", 0x517B: "smbfs", 0x564C: "ncpfs",
        0x5346_414F: "afs", 0x7375_7245: "coda", 0x0102_1997: "9p", 0x00C3_6400: "ceph", 0x0BD0_0BD0: "lustre",
        0x6573_5546: "fuse",
    ]
}
