/// By which options ext2, ext3 and ext4 work, and whether the contents of files are written to their journal, too.
///
/// The mount table names `data=journal` and `nobarrier` only where they differ from the file system's own defaults,
/// which `tune2fs -o journal_data` and `tune2fs -o nobarrier` set. The kernel tells all options in
/// `/proc/fs/ext4/<device>/options`, one a line; ext2 and ext3 are served by the same driver.
extension MountFacts {
    package var isExtended: Bool { fileSystemType == "ext3" || fileSystemType == "ext4" }

    /// What the mount table says of it; nil when it says nothing, or the file system is another one.
    package var journalsDataByTable: Bool? {
        guard isExtended, let mode = fileSystemOptions.last(where: { $0.hasPrefix("data=") }) else { return nil }
        return mode == "data=journal"
    }

    /// What the kernel's list of options says of it: without `data=`, as where there is no journal, nothing is
    /// journaled.
    package static func journalsData(options: [String]) -> Bool {
        options.last { $0.hasPrefix("data=") } == "data=journal"
    }

    /// The options in the kernel's list.
    package static func options(inList text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    /// The device's name as the kernel has it, from the text of `/sys/dev/block/<major>:<minor>/uevent`: with `!` for
    /// each `/`.
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
    /// As ``mountFacts(of:)``, with ``MountFacts/journalsData`` and ``MountFacts/effectiveOptions``: two further files
    /// of the kernel's are read for ext2, ext3 and ext4.
    ///
    /// - Throws: as ``mountFacts(of:)``. Files that cannot be read are no error: it is not known then.
    public func mountFactsWithJournaling(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        var facts = try mountFacts(of: directory)
        guard facts.isExtended || facts.fileSystemType == "ext2" else { return facts }
        let options = effectiveOptions(facts)
        facts.effectiveOptions = options ?? []
        if facts.isExtended { facts.journalsData = facts.journalsDataByTable ?? options.map(MountFacts.journalsData) }
        return facts
    }

    private func effectiveOptions(_ facts: MountFacts) -> [String]? {
        // What was mounted may be named by a link, as `/dev/mapper/…`; the device's number leads to its own name.
        let information = facts.deviceNumbers.flatMap { calls.kernelText("/sys/dev/block/\($0)/uevent") }
        let own = information.flatMap(MountFacts.deviceName(inDeviceInformation:))
        guard let name = own ?? facts.source.split(separator: "/").last.map(String.init) else { return nil }
        return calls.kernelText("/proc/fs/ext4/\(name)/options").map(MountFacts.options(inList:))
    }
}
#endif
