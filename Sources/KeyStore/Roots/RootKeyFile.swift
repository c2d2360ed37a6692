public import FileSystemSeam

/// Root keys in a file of two slots: the default for a machine that has nothing better.
///
/// The file lies in a directory of the caller's choice, best on another device than the store, and never in its
/// backups: whoever has both files has every key. A slot is one sector of 512 bytes:
///
///     48 46 52 4f 4f 54 4b 31                          "HFROOTK1"
///     02 00 00 00 00 00 00 00                          1 a secret, 2 effaced; zeros
///     9c 41 … (16)                                     store id
///     07 00 00 00 00 00 00 00                          generation, little-endian
///     e3 5d … (32)                                     the secret; when effaced, random bytes
///     00 … (408)                                       zeros
///     61 0f … (32)                                     BLAKE2b of all before
///
/// An empty slot is all zeros. The new secret is written to the slot that is not in use and synced before a checkpoint
/// is published that needs it; when that stands, the old slot is overwritten in place and synced. A torn slot is never
/// the one in use.
///
/// The lock of a store lies in its directory; a copy of the directory has one of its own, and so has another store that
/// is given the same file by mistake. So whatever changes the file holds a lock on it (`flock`) from reading the slots
/// until the sync, and a secret of a later generation than the one that is asked for is left alone: it may be the one
/// that the other directory's keyset is wrapped with. A new file gets its name only where none stands: of two stores
/// that find no file at the same time, one has it, and the other one is refused.
@safe
public final class RootKeyFile: RootKeyProvider {
    /// The directory, as given.
    public let path: String
    /// The file's name in it.
    public let name: String
    let fileSystem: any FileSystem
    private let origin: PathOrigin
    static let slotSize = 512
    /// How often a file is opened anew that others replace, before that is an error.
    static let attempts = 8

    /// Root keys in a file; nothing is touched until a store needs it. The directory must exist.
    ///
    /// - Parameter directory: a relative path is one from the directory that is the working one now, wherever the
    ///   process goes later, as long as that can be opened.
    public init(in directory: String, name: String = "root.key", fileSystem: any FileSystem) {
        path = directory
        self.name = name
        self.fileSystem = fileSystem
        origin = PathOrigin(of: directory, fileSystem)
    }

    /// Opens the directory in which the file lies.
    func openDirectory() throws(FileSystemError) -> any Directory { try origin.openDirectory(path) }

    /// The same for who changes the file.
    private func openPlace() throws(RootKeyError) -> any Directory {
        do {
            return try openDirectory()
        } catch {
            throw .io(error, file: place)
        }
    }

    /// Which directory the file lies in.
    func directoryIdentity() throws(FileSystemError) -> FileIdentity { try origin.linkExtent("\(path)/.").identity }

    /// `key-file`.
    public var kind: String { "key-file" }

    /// The file's permissions, where others than its owner have any: as after it was restored with the permissions that
    /// files get by default. What is destroyed in it may then have been copied by whoever may read it. Nil when nobody
    /// else has any, when there is no file, and when it cannot be looked at.
    public var loosePermissions: Permissions? {
        guard let status = try? origin.linkStatus(place), status.kind == .regular else { return nil }
        return status.permissions.givesToOthers ? status.permissions : nil
    }

    var place: String { "\(path)/\(name)" }

    /// Which generations have a secret in the file, and whether the store was complete: then one slot is effaced.
    public func inventory(of store: StoreID?) throws(RootKeyError) -> RootKeyInventory {
        guard let slots = try slots() else { return RootKeyInventory() }
        defer { slots.close() }
        var inventory = RootKeyInventory()
        for slot in slots.slots {
            guard let header = slot.header else { continue }
            if let store, header.store != store { throw .otherStore(place: place) }
            inventory.store = header.store
            if case .secret = slot { inventory.generations.insert(header.generation) }
            if case .effaced = slot { inventory.wasCompleted = true }
        }
        if inventory.generations.count == 2 { inventory.wasCompleted = true }
        return inventory
    }

    /// Writes a new secret to the slot that does not hold the current one, and syncs it. Without a current one the file
    /// must be new, or hold one secret of an attempt that came to nothing, and is then replaced. When others replace the
    /// file again and again, that is the error `.io` with `staleHandle`.
    public func prepare(
        _ generation: UInt64,
        keeping current: UInt64?,
        for store: StoreID
    ) throws(RootKeyError) {
        let directory = try openPlace()
        defer { try? directory.close() }
        for _ in 0..<Self.attempts {
            let found = try hold(in: directory)
            defer { found?.release() }
            if let found, let current {
                return try change(found, to: generation, keeping: current, for: store)
            }
            if current != nil { throw .missing(place: place) }
            if let found { try requireUnused(found, for: store) }
            let slot = try newSlot(generation, store)
            // When it is not, another process has made one meanwhile.
            if try publish(slot, inPlaceOf: found, for: store, in: directory) { return }
        }
        throw replacedTooOften
    }

    private func newSlot(_ generation: UInt64, _ store: StoreID) throws(RootKeyError) -> GuardedMemory {
        try slotBytes(.secret(RootKeySlot.Header(store: store, generation: generation), nil))
    }

    /// Writes a new secret to the slot that does not hold the current one.
    private func change(
        _ held: HeldRootKeyFile,
        to generation: UInt64,
        keeping current: UInt64,
        for store: StoreID
    ) throws(RootKeyError) {
        let slots = try slots(of: held.file)
        defer { slots.close() }
        try requireOwn(slots, store)
        guard let kept = slots.place(of: current) else {
            throw .unknownGeneration(current, newest: slots.newest, place: place)
        }
        try overwrite(1 - kept, of: held, with: try newSlot(generation, store))
    }

    /// Wraps with a slot's secret.
    public func wrap(
        _ key: UnsafeRawBufferPointer,
        generation: UInt64,
        context: [UInt8],
        store: StoreID
    ) throws(RootKeyError) -> [UInt8] {
        let (slab, secret) = try self.secret(generation, store)
        defer { slab.close() }
        return unsafe try SecretWrapping.wrap(key, with: secret, of: slab, context: context, fileSystem, place: place)
    }

    /// Unwraps with a slot's secret.
    public func unwrap(
        _ wrapped: [UInt8],
        generation: UInt64,
        context: [UInt8],
        store: StoreID,
        into key: UnsafeMutableRawBufferPointer
    ) throws(RootKeyError) {
        let (slab, secret) = try self.secret(generation, store)
        defer { slab.close() }
        unsafe try SecretWrapping.unwrap(wrapped, with: secret, of: slab, context: context, into: key, place: place)
    }

    /// Overwrites the other slot in place, and syncs that: where it holds the secret of a later generation, with the
    /// same bytes. The only secret that opens older keysets is gone then, unless the file system or the device keeps
    /// copies.
    public func destroyAllBut(_ generation: UInt64, for store: StoreID) throws(RootKeyError) -> RootKeyDestruction {
        let directory = try openPlace()
        defer { try? directory.close() }
        guard let held = try hold(in: directory) else { throw .missing(place: place) }
        defer { held.release() }
        let slots = try slots(of: held.file)
        defer { slots.close() }
        guard let kept = slots.place(of: generation) else {
            throw .unknownGeneration(generation, newest: slots.newest, place: place)
        }
        if let header = slots.slots[kept].header, header.store != store { throw .otherStore(place: place) }
        let other = slots.slots[1 - kept]
        let effaced = RootKeySlot.Header(store: store, generation: other.header?.generation ?? generation - 1)
        // Of an attempt that came to nothing, and then the next one overwrites it; or of a copy of the directory, whose
        // keyset nothing else opens. It opens no older keyset.
        let isLater: Bool = if case .secret(let header, _) = other { header.generation > generation } else { false }
        // The bytes in the file tell whether an earlier call came as far, not whether it was durable: written again.
        // Behind those of a later secret, too, the disk may still have the older one.
        try overwrite(1 - kept, of: held, with: try slotBytes(isLater ? other : .effaced(effaced), of: slots.slab))
        return try destruction(slots)
    }

    /// Overwrites both slots in place, and syncs that. Without a file, or with one that never was a root key, nothing
    /// is known of what stood there before: `unlinkedOnly`.
    public func destroyAll(for store: StoreID) throws(RootKeyError) -> RootKeyDestruction {
        let directory = try openPlace()
        defer { try? directory.close() }
        guard let held = try hold(in: directory) else { return RootKeyDestruction(assurance: .unlinkedOnly) }
        defer { held.release() }
        let slots = try slots(of: held.file)
        defer { slots.close() }
        for (index, slot) in slots.slots.enumerated() {
            if let header = slot.header, header.store != store { throw .otherStore(place: place) }
            let header = RootKeySlot.Header(store: store, generation: slot.header?.generation ?? 0)
            try overwrite(index, of: held, with: try slotBytes(.effaced(header)))
        }
        var destruction = try destruction(slots)
        if slots.slots.allSatisfy({ $0.header == nil }) { destruction.assurance = .unlinkedOnly }
        return destruction
    }

    /// What overwriting slots in their place came to.
    ///
    /// - Parameter slots: with their secrets in memory.
    private func destruction(_ slots: RootKeySlots) throws(RootKeyError) -> RootKeyDestruction {
        var risks = try overwriteRisks()
        // What swap holds of a tmpfs is as what it holds of a process's memory.
        let assurance: ErasureAssurance = risks.isSubset(of: .memoryNotLocked) ? .effaced : .unlinkedOnly
        if slots.slab.protections?.contains(.locked) != true { risks.insert(.memoryNotLocked) }
        return RootKeyDestruction(assurance: assurance, risks: risks)
    }

    private func deviceOfFile(in directory: any Directory) throws(FileSystemError) -> UInt64? {
        do {
            return try directory.status(of: name).identity.device
        } catch  where error.code == .noEntry {
            return nil
        }
    }

    private func overwriteRisks() throws(RootKeyError) -> ResidualRisks {
        do throws(FileSystemError) {
            let directory = try openDirectory()
            defer { try? directory.close() }
            var risks = ResidualRisks(ofOverwritingOn: try fileSystem.mountFactsWithJournaling(of: directory))
            // A single file may be mounted from elsewhere (a bind mount, as containers are given one): then the
            // directory says nothing of where it lies.
            let own = try directory.status().identity.device
            if let device = try deviceOfFile(in: directory), device != own { risks.insert(.unknownFileSystem) }
            return risks
        } catch {
            throw .io(error, file: path)
        }
    }
}
