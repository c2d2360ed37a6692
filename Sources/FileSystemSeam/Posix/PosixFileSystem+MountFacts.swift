internal import CPosix

extension PosixFileSystem {
    /// What `fstatfs` and `/proc/self/mountinfo` say about the mount that holds `directory`.
    ///
    /// - Throws: `.invalidArgument` for a directory of another implementation, `.badDescriptor` for a closed
    ///   one. A missing mount table is no error: what it would tell stays empty.
    public func mountFacts(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        guard let directory = directory as? PosixDirectory else {
            throw FileSystemError(operation: .mountFacts, name: "", code: .invalidArgument)
        }
        var mount = cposix_mount()
        var status = cposix_status()
        var row: MountTable.Row?
        let result = directory.descriptor.use { descriptor in
            let found = calls.mount(descriptor, into: &mount)
            guard found >= 0 else { return found }
            let described = calls.status(descriptor, into: &status)
            guard described >= 0 else { return described }
            row = mountRow(descriptor, status)
            return 0
        }
        _ = try checked(result, .mountFacts, directory.name)
        return MountFacts(
            fileSystemType: row?.fileSystemType ?? "",
            magic: mount.magic,
            mountPoint: row?.mountPoint ?? "",
            source: row?.source ?? "",
            mountOptions: row?.mountOptions ?? [],
            fileSystemOptions: row?.fileSystemOptions ?? [],
            isReadOnly: mount.read_only != 0,
            blockSizeBytes: mount.block_size,
            availableBytes: mount.available_bytes,
            nameLengthMaximum: mount.name_maximum,
            device: row.flatMap(\.device)
        )
    }

    #if canImport(Darwin)
    private func mountRow(_ descriptor: Int32, _ status: cposix_status) -> MountTable.Row? {
        var row = MountTable.Row()
        row.fileSystemType = calls.mountText(descriptor, CPOSIX_MOUNT_TYPE) ?? ""
        row.mountPoint = calls.mountText(descriptor, CPOSIX_MOUNT_POINT) ?? ""
        row.source = calls.mountText(descriptor, CPOSIX_MOUNT_SOURCE) ?? ""
        return row
    }
    #else
    private func mountRow(_ descriptor: Int32, _ status: cposix_status) -> MountTable.Row? {
        guard let bytes = calls.kernelFile("/proc/self/mountinfo") else { return nil }
        // The mount's own number is exact. The device is not: btrfs reports another one in stat, and one
        // device may be mounted in several places.
        if let information = calls.kernelText("/proc/self/fdinfo/\(descriptor)"),
            let number = MountTable.mountID(inDescriptorInformation: information),
            let row = MountTable.row(mountID: number, in: bytes)
        {
            return row
        }
        return MountTable(parsing: bytes).row(major: status.device_major, minor: status.device_minor)
    }
    #endif
}
