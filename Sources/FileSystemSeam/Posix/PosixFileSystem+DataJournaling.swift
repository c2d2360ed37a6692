/// Whether ext4 writes the contents of files to its journal, too.
///
/// The mount table names `data=journal` only where it differs from the file system's own default, which `tune2fs -o journal_data` sets.
/// The kernel tells all options in `/proc/fs/ext4/<device>/options`, one a line; ext3 is served by the same driver.
extension MountFacts {
    package var isExtended: Bool { fileSystemType == "ext3" || fileSystemType == "ext4" }

    /// What the mount table says of it; nil when it says nothing, or the file system is another one.
    package var journalsDataByTable: Bool? {
        guard isExtended, let mode = fileSystemOptions.last(where: { $0.hasPrefix("data=") }) else { return nil }
        return mode == "data=journal"
    }

    /// What the kernel's list of options says of it: without `data=`, as where there is no journal, nothing is journaled.
    package static func journalsData(options text: String) -> Bool {
        text.split(separator: "\n").last { $0.hasPrefix("data=") } == "data=journal"
    }

    /// The device's name as the kernel has it, from the text of `/sys/dev/block/<major>:<minor>/uevent`: with `!` for each `/`.
    package static func deviceName(inDeviceInformation text: String) -> String? {
        for line in text.split(separator: "\n") where line.hasPrefix("DEVNAME=") {
            return String(line.dropFirst("DEVNAME=".count).map { $0 == "/" ? "!" : $0 })
        }
        return nil
    }

    /// The numbers that `/sys/dev/block` names the device by; the inverse of ``MountTable/Row/device``.
    package var deviceNumbers: String? {
        guard let device else { return nil }
        return "\(device >> 8 & 0xfff | device >> 32 & ~0xfff):\(device & 0xff | device >> 12 & 0xffff_ff00)"
    }
}

#if !canImport(Darwin)
extension PosixFileSystem {
    /// As ``mountFacts(of:)``, with ``MountFacts/journalsData``: two further files of the kernel's are read for ext3 and ext4.
    ///
    /// - Throws: as ``mountFacts(of:)``. Files that cannot be read are no error: it is not known then.
    public func mountFactsWithJournaling(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        var facts = try mountFacts(of: directory)
        facts.journalsData = journalsData(facts)
        return facts
    }

    private func journalsData(_ facts: MountFacts) -> Bool? {
        guard facts.isExtended else { return nil }
        if let journals = facts.journalsDataByTable { return journals }
        // What was mounted may be named by a link, as `/dev/mapper/…`; the device's number leads to its own name.
        let information = facts.deviceNumbers.flatMap { calls.kernelText("/sys/dev/block/\($0)/uevent") }
        let own = information.flatMap(MountFacts.deviceName(inDeviceInformation:))
        guard let name = own ?? facts.source.split(separator: "/").last.map(String.init) else { return nil }
        return calls.kernelText("/proc/fs/ext4/\(name)/options").map(MountFacts.journalsData(options:))
    }
}
#endif
