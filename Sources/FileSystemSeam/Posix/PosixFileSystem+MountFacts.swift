internal import CPosix

extension PosixFileSystem {
    /// What `fstatfs` and `/proc/self/mountinfo` say about the mount that holds `directory`.
    ///
    /// - Throws: `.invalidArgument` for a directory of another implementation, `.badDescriptor` for a closed
    ///   one. A mount table that is missing or does not show the mount is no error: what it would tell stays
    ///   empty, and ``MountFacts/isInMountTable`` is false.
    public func mountFacts(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        var row: MountTable.Row?
        var facts = try mountStatistics(of: directory) { descriptor in
            var status = cposix_status()
            let described = calls.status(descriptor, into: &status)
            guard described >= 0 else { return described }
            row = mountRow(descriptor, status)
            return 0
        }
        guard let row else { return facts }
        facts.isInMountTable = true
        facts.fileSystemType = row.fileSystemType
        facts.mountPoint = row.mountPoint
        facts.source = row.source
        facts.mountOptions = row.mountOptions
        facts.fileSystemOptions = row.fileSystemOptions
        facts.device = row.device
        return facts
    }

    /// What `fstatfs` alone says; on Darwin that is everything.
    ///
    /// - Throws: as ``mountFacts(of:)``.
    public func mountStatistics(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        #if canImport(Darwin)
        try mountFacts(of: directory)
        #else
        try mountStatistics(of: directory) { _ in 0 }
        #endif
    }

    /// The statistics, and what `further` asks of the descriptor.
    private func mountStatistics(
        of directory: any Directory,
        _ further: (Int32) -> Int
    ) throws(FileSystemError) -> MountFacts {
        guard let directory = directory as? PosixDirectory else {
            throw FileSystemError(operation: .mountFacts, name: "", code: .invalidArgument)
        }
        var mount = cposix_mount()
        let result = directory.descriptor.use { descriptor in
            let found = calls.mount(descriptor, into: &mount)
            return found < 0 ? found : further(descriptor)
        }
        _ = try checked(result, .mountFacts, directory.name)
        return MountFacts(
            fileSystemType: "",
            magic: mount.magic,
            mountPoint: "",
            source: "",
            mountOptions: [],
            fileSystemOptions: [],
            isReadOnly: mount.read_only != 0,
            blockSizeBytes: mount.block_size,
            availableBytes: mount.available_bytes,
            nameLengthMaximum: mount.name_maximum,
            isInMountTable: false
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
