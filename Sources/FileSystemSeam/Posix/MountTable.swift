/// The kernel's table of mounts, `/proc/self/mountinfo` (proc_pid_mountinfo(5)):
///
/// ```
/// 36 35 98:0 /mnt1 /mnt/my\040disk rw,noatime master:1 - ext3 /dev/root rw,errors=continue
/// ```
///
/// The fields are: mount id, parent id, device, root, mount point, mount options, any number of optional
/// fields, a lone hyphen, file system type, source, file system options. A space, a tab, a newline or a
/// backslash inside a field is written as a backslash and three octal digits. A source that was mounted as
/// the empty text is an empty field: two spaces stand behind the type.
package struct MountTable: Sendable, Hashable {
    /// One mount.
    package struct Row: Sendable, Hashable {
        /// The mount's number, unique at any one time.
        package var mountID: UInt64 = 0
        /// The device's major number.
        package var major: UInt32 = 0
        /// The device's minor number.
        package var minor: UInt32 = 0
        /// Where it stands in the tree.
        package var mountPoint = ""
        /// The options of this mount.
        package var mountOptions: [String] = []
        /// The type, with a subtype behind a dot where there is one.
        package var fileSystemType = ""
        /// What is mounted.
        package var source = ""
        /// The options of the file system.
        package var fileSystemOptions: [String] = []

        /// An empty row.
        package init() {}

        /// The device's number as glibc's `gnu_dev_makedev` has it; nil where no numbers are known.
        package var device: UInt64? {
            if major == 0, minor == 0 { return nil }
            let (major, minor) = (UInt64(major), UInt64(minor))
            return (major & 0xfff) << 8 | (major & ~0xfff) << 32 | minor & 0xff | (minor & ~0xff) << 12
        }
    }

    /// The rows, in the table's order. Lines that do not read as one are left out.
    package let rows: [Row]

    /// Reads a table.
    package init(parsing table: [UInt8]) {
        rows = table.split(separator: UInt8(ascii: "\n")).compactMap { Row(parsing: $0) }
    }

    /// The mount with this number in the text of a table, without reading the other rows.
    package static func row(mountID: UInt64, in table: [UInt8]) -> Row? {
        let start = Array("\(mountID) ".utf8)
        for line in table.split(separator: UInt8(ascii: "\n")) where line.starts(with: start) {
            if let row = Row(parsing: line) { return row }
        }
        return nil
    }

    /// The mount with this number.
    package func row(mountID: UInt64) -> Row? { rows.first { $0.mountID == mountID } }

    /// The mount of this device; where there are several, the one mounted last.
    package func row(major: UInt32, minor: UInt32) -> Row? {
        rows.last { $0.major == major && $0.minor == minor }
    }

    /// The mount number in the text of `/proc/<pid>/fdinfo/<descriptor>`, from its line `mnt_id:⇥29`.
    package static func mountID(inDescriptorInformation text: String) -> UInt64? {
        for line in text.split(separator: "\n") where line.hasPrefix("mnt_id:") {
            return UInt64(line.dropFirst("mnt_id:".count).drop { $0 == "\t" || $0 == " " })
        }
        return nil
    }
}

extension MountTable.Row {
    fileprivate init?(parsing line: ArraySlice<UInt8>) {
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count >= 10, let hyphen = fields[6...].firstIndex(where: { $0.elementsEqual("-".utf8) }),
            fields.count >= hyphen + 4
        else { return nil }
        let device = fields[2].split(separator: UInt8(ascii: ":"))
        guard let mountID = UInt64(Self.text(fields[0])), device.count == 2,
            let major = UInt32(Self.text(device[0])), let minor = UInt32(Self.text(device[1]))
        else { return nil }
        self.mountID = mountID
        self.major = major
        self.minor = minor
        self.mountPoint = Self.text(fields[4])
        self.mountOptions = Self.list(fields[5])
        self.fileSystemType = Self.text(fields[hyphen + 1])
        self.source = Self.text(fields[hyphen + 2])
        self.fileSystemOptions = Self.list(fields[hyphen + 3])
    }

    private static func list(_ field: ArraySlice<UInt8>) -> [String] {
        field.split(separator: UInt8(ascii: ",")).map { text($0) }
    }

    /// A field with its octal escapes undone.
    private static func text(_ field: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) })
            {
                let value = digits.reduce(0) { $0 * 8 + Int($1 - UInt8(ascii: "0")) }
                bytes.append(UInt8(truncatingIfNeeded: value))
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
