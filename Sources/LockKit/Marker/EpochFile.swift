internal import Canonical
internal import FileSystemSeam

/// The file that counts a lock's acquisitions: `<name>.epoch`.
///
/// Two slots of 512 bytes, one sector each, written by turns, so that the one before survives whatever happens to a
/// write. A slot is text, filled up with spaces and a line feed:
///
/// ```
/// holdfast-lock-epoch-v1
/// epoch=17
/// sha256:a64da05461e9da30d4878c31c7030e38607319856793fcbf6fdaff49a063dad7
/// ```
///
/// The digest is that of the two lines before it. A slot of spaces alone was never written. The greater epoch counts.
/// Slots differ by one at most, or one of them was never written: after a jump both are. It is touched only under the
/// lock.
struct EpochFile {
    private let directory: any Directory
    private let name: String
    private let path: String

    static let slotSize = 512
    /// A larger file is not one.
    private static let sizeMaximum = 1 << 16

    init(_ name: String, in directory: any Directory, path: String) {
        self.directory = directory
        self.name = name
        self.path = path
    }

    /// What a slot holds.
    enum Slot: Hashable {
        case empty
        case epoch(UInt64)
        case damaged
    }

    /// The epoch of the file as it stands; 0 when there is none.
    ///
    /// - Throws: `.epochUnreadable`.
    func current() throws(LockError) -> UInt64 {
        guard let file = try open(.read) else { return 0 }
        defer { try? file.close() }
        guard let highest = Self.highest(try slots(of: file)) else { throw .epochUnreadable(path: path) }
        return highest
    }

    /// Counts one up.
    ///
    /// The epoch is durable when this returns, but for the first one in a new file: its name is durable with the next
    /// sync of the directory, which the marker has before the acquisition returns.
    ///
    /// - Parameters:
    ///   - minimum: the new epoch is greater than this.
    ///   - seen: the highest epoch that the caller knows of. With one that is not 0, a file that cannot be read is made
    ///     anew; `minimum` alone, which may be what a marker says, does not vouch for what it held.
    /// - Returns: the new epoch, and what was made for it: ``takeBack(_:)`` is due when that sync fails.
    /// - Throws: `.epochUnreadable`, `.epochsExhausted`, `.io`.
    func advance(beyond minimum: UInt64, vouchedFor seen: UInt64) throws(LockError) -> (epoch: UInt64, made: Made) {
        guard let file = try open([.read, .write]) else { return (try publish(next(after: minimum)), .newFile) }
        defer { try? file.close() }
        let bytes = try contents(of: file)
        let slots = Self.slots(bytes)
        guard let highest = Self.highest(slots) else {
            if seen == 0 { throw .epochUnreadable(path: path) }
            return (try replace(next(after: minimum)), .replacement(of: bytes))
        }
        // A damaged slot may have held the epoch after the other one.
        let skipped: UInt64 = slots.contains(.damaged) ? 1 : 0
        let epoch = try next(after: max(highest + min(skipped, .max - highest), minimum))
        let older = slots.firstIndex { $0 != .epoch(highest) } ?? 0
        do {
            try write(epoch, to: older, of: file)
            // So that whichever slot is damaged next, the other one tells what it can have held at most.
            if epoch - 1 != highest { try write(epoch, to: 1 - older, of: file) }
        } catch {
            throw .io(error, file: path)
        }
        return (epoch, .nothing)
    }

    /// What counting made, whose name is not durable yet.
    enum Made {
        /// The epoch stands in the file that was there.
        case nothing
        /// The file.
        case newFile
        /// A file in the place of one that could not be read, which held this.
        case replacement(of: [UInt8])
    }

    /// Takes back a file whose name could not be made durable. Another sync would succeed and say nothing of that name,
    /// so that the next attempt has to make it anew; else the epochs counted in it would be given again after a power
    /// cut. Nobody was given one that it holds.
    ///
    /// A new file is removed. Where it took the place of one that could not be read, what that held stands there again:
    /// nobody begins at 1 there, and who knows a minimum replaces it once more.
    func takeBack(_ made: Made) {
        switch made {
        case .nothing: break
        case .newFile: try? directory.remove(name)
        case .replacement(let bytes):
            try? directory.replaceAtomically(name, with: bytes, temporaryName: ".\(name).tmp", syncDirectory: false)
        }
    }

    private func write(_ epoch: UInt64, to slot: Int, of file: any File) throws(FileSystemError) {
        try file.writeAll(Self.slot(epoch), at: Int64(slot * Self.slotSize))
        try file.sync(.data)
    }

    /// Sees to it that the file's epoch is at least `epoch`, durably, before the marker that says so is moved away.
    ///
    /// - Throws: `.epochUnreadable`. Once such a marker is gone, nothing tells its epoch: whoever acquires the lock later
    ///   with a minimum, which is what the store has seen, would be given epochs that its owner had and may still write
    ///   with. Nor is the marker's epoch put in the place of what cannot be read, which may have been a greater one.
    ///   `.io`.
    func raise(to epoch: UInt64) throws(LockError) {
        if epoch == 0 { return }
        if try current() >= epoch { return }
        let made = try advance(beyond: epoch - 1, vouchedFor: 0).made
        do {
            try directory.sync()
        } catch {
            takeBack(made)
            throw .io(error, file: path)
        }
    }

    private func next(after epoch: UInt64) throws(LockError) -> UInt64 {
        if epoch == .max { throw .epochsExhausted(path: path) }
        return epoch + 1
    }

    private func publish(_ epoch: UInt64) throws(LockError) -> UInt64 {
        do {
            let contents = Self.slot(epoch) + Self.emptySlot
            try directory.publishExclusively(name, contents, temporaryName: ".\(name).tmp", syncDirectory: false)
        } catch {
            throw .io(error, file: path)
        }
        return epoch
    }

    private func replace(_ epoch: UInt64) throws(LockError) -> UInt64 {
        do {
            let contents = Self.slot(epoch) + Self.emptySlot
            try directory.replaceAtomically(name, with: contents, temporaryName: ".\(name).tmp", syncDirectory: false)
        } catch {
            throw .io(error, file: path)
        }
        return epoch
    }

    /// Opens the file; nil when there is none.
    private func open(_ options: OpenOptions) throws(LockError) -> (any File)? {
        do {
            return try directory.open(name, options, permissions: .ownerFile)
        } catch  where error.code == .noEntry {
            return nil
        } catch {
            throw unusable(error)
        }
    }

    private func slots(of file: any File) throws(LockError) -> [Slot] { Self.slots(try contents(of: file)) }

    private static func slots(_ contents: [UInt8]) -> [Slot] {
        (0..<2).map { read(contents.dropFirst($0 * slotSize).prefix(slotSize)) }
    }

    private func contents(of file: any File) throws(LockError) -> [UInt8] {
        do throws(FileSystemError) {
            // Its times are not asked for: the sync of a slot would then have to commit more than the slot.
            let extent = try file.extent()
            if extent.kind != .regular { throw FileSystemError(operation: .open, name: name, code: .invalidArgument) }
            return try file.readAll(maximumBytes: Self.sizeMaximum, expecting: extent.size)
        } catch {
            throw unusable(error)
        }
    }

    private func unusable(_ error: FileSystemError) -> LockError {
        switch error.code {
        case .symbolicLinkLoop: .notALockFile(path: path, reason: "a symbolic link stands there")
        case .isDirectory, .invalidArgument, .noDevice: .notALockFile(path: path, reason: "it is not a regular file")
        case .fileTooLarge: .epochUnreadable(path: path)
        default: .io(error, file: path)
        }
    }

    private static func highest(_ slots: [Slot]) -> UInt64? {
        var highest: UInt64?
        for case .epoch(let epoch) in slots { highest = max(highest ?? 0, epoch) }
        return highest
    }
}

// MARK: - Bytes

extension EpochFile {
    private static let header = "holdfast-lock-epoch-v1"

    static var emptySlot: [UInt8] { padded("") }

    /// A slot's bytes, in the form that stands at ``EpochFile``; the inverse of ``read(_:)``.
    static func slot(_ epoch: UInt64) -> [UInt8] {
        let text = "\(header)\nepoch=\(epoch)\n"
        return padded("\(text)\(Digest(hashing: Array(text.utf8)))\n")
    }

    private static func padded(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: slotSize - 1 - bytes.count)
        return bytes + [UInt8(ascii: "\n")]
    }

    /// Reads a slot, in the form that stands at ``EpochFile``; the inverse of ``slot(_:)``.
    static func read(_ bytes: ArraySlice<UInt8>) -> Slot {
        if Array(bytes) == emptySlot { return .empty }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 3)
        let prefix = "epoch="
        guard bytes.count == slotSize, lines.count >= 2, lines[1].starts(with: prefix.utf8),
            let epoch = UInt64(String(decoding: lines[1].dropFirst(prefix.utf8.count), as: UTF8.self)),
            bytes.elementsEqual(slot(epoch))
        else { return .damaged }
        return .epoch(epoch)
    }
}
