internal import Canonical
internal import FileSystemSeam
internal import LockKit
public import Signing

extension SessionLog {
    /// Writes down what the log is now, so that later truncation and alteration show: ``verify(trusting:)`` compares.
    ///
    /// When it returns, the seal and everything it covers are on stable storage. A torn tail is moved away first. Later
    /// appends are not refused, because an event that comes late is still an event; sealing again covers them too. A
    /// seal is never replaced by one that covers less, or whose beginning is not what the earlier one says, and a
    /// signed one only by a signed one.
    ///
    /// Writers are kept waiting for a few system calls only: the events are read without the lock, as far as they went
    /// when the reading began.
    ///
    /// - Parameter key: signs the seal; nil leaves it unsigned.
    /// - Returns: the seal; the one that was there when it says the same and is signed as asked.
    /// - Throws: `.sealBroken` when the events are not what an earlier seal says or its signature is none,
    ///   `.sealUnsigned` when that one is signed and there is no key, `.malformedSeal`, `.lockBusy`, `.notALog`,
    ///   `.lockUnusable`, `.poisoned`, `.io`.
    /// - Complexity: O(*n*), in bounded memory.
    public func seal(signingWith key: SigningKey? = nil) throws(EventLogError) -> EventSeal {
        try commits.checkPoison()
        let deadline = Deadline(milliseconds: options.lockTimeoutMilliseconds, fileSystem)
        while true {
            _ = try repair()
            guard let directory = try writtenDirectory(deadline), let opened = try directory.openEvents(in: path)
            else {
                throw .notALog(path: path, reason: "there are no events to seal")
            }
            let earlier = try Self.readSeal(in: directory, path: path)
            if let earlier, earlier.signature != nil, !earlier.hasValidSignature {
                throw .sealBroken(path: path, reason: "the seal's signature is not one of the key that it names")
            }
            let seal = try makeSeal(of: opened.file, after: earlier, key)
            // What a seal covers is durable before the seal is.
            try sync(opened.file, directory)
            if let earlier, earlier.says(seal) {
                // Written again: its name may be one that a sync failed for, of which another sync says nothing.
                if try publish(earlier, after: earlier, directory, deadline) { return earlier }
                if deadline.isOver { throw .lockBusy(path: path, waitedMilliseconds: deadline.waitedMilliseconds) }
                continue
            }
            if earlier?.signature != nil, key == nil {
                throw .sealUnsigned(
                    path: path,
                    reason: "the one that is there is signed, and a key is needed for the next"
                )
            }
            if try publish(seal, after: earlier, directory, deadline) { return seal }
            if deadline.isOver { throw .lockBusy(path: path, waitedMilliseconds: deadline.waitedMilliseconds) }
        }
    }

    private func sync(_ file: any File, _ directory: any Directory) throws(EventLogError) {
        do throws(FileSystemError) {
            try file.sync(.data)
            try directory.sync()
            _ = try fileSystem.syncName(of: directory, at: path)
        } catch {
            commits.poison()
            throw .io(error, file: path)
        }
    }

    /// The seal; nil when there is none.
    ///
    /// - Throws: `.malformedSeal`, `.io`.
    public func readSeal() throws(EventLogError) -> EventSeal? {
        guard let directory = try standing() else { return nil }
        return try Self.readSeal(in: directory, path: path)
    }

    static func readSeal(in directory: any Directory, path: String) throws(EventLogError) -> EventSeal? {
        let bytes: [UInt8]
        do throws(FileSystemError) {
            bytes = try directory.readFile(LogFiles.seal, maximumBytes: EventSeal.byteCountMaximum)
        } catch  where error.code == .noEntry {
            return nil
        } catch  where error.code == .fileTooLarge {
            throw .malformedSeal(path: path, reason: "it is longer than \(EventSeal.byteCountMaximum) bytes")
        } catch {
            throw .io(error, file: LogFiles.seal)
        }
        do throws(EventError) {
            return try EventSeal(parsing: bytes)
        } catch {
            throw .malformedSeal(path: path, reason: "\(error)")
        }
    }

    private func makeSeal(
        of file: any File,
        after earlier: EventSeal?,
        _ key: SigningKey?
    ) throws(EventLogError) -> EventSeal {
        let complaint: String?
        let facts: SealedFacts?
        do throws(FileSystemError) {
            complaint = try earlier?.complaint(about: file, size: file.extent().size)
            facts = try SealedFacts(of: file, after: earlier)
        } catch {
            throw .io(error, file: LogFiles.events)
        }
        if let complaint = complaint ?? facts?.complaint { throw .sealBroken(path: path, reason: complaint) }
        guard let facts else { throw .eventsReplaced(path: path, readBytes: 0, size: 0) }
        var seal = EventSeal(
            sessionID: facts.sessionID,
            eventCount: facts.eventCount,
            lineCount: facts.measured.lineCount,
            nextSequenceNumber: facts.nextNumber,
            byteCount: facts.byteCount,
            fileDigest: facts.measured.digest.description,
            merkleRoot: facts.measured.merkleRoot.description,
            sealedAt: EventStamp.time(fileSystem.wallClock()),
            publicKey: key?.publicKey.base64URL,
            signature: nil
        )
        if let key { seal.signature = try signature(of: seal, key) }
        return seal
    }

    private func signature(of seal: EventSeal, _ key: SigningKey) throws(EventLogError) -> String {
        do throws(CryptoLibraryError) {
            return Base64.encode(try key.signature(for: seal.signedBytes), .urlUnpadded)
        } catch {
            throw .sealUnsigned(path: path, reason: "\(error)")
        }
    }

    /// Puts the seal at its name, unless somebody else put one there meanwhile.
    private func publish(
        _ seal: EventSeal,
        after earlier: EventSeal?,
        _ directory: any Directory,
        _ deadline: Deadline
    ) throws(EventLogError) -> Bool {
        let temporary: String
        do throws(FileSystemError) {
            temporary = try fileSystem.temporaryName(for: LogFiles.seal)
            try writeTemporary(temporary, seal.bytes, directory)
        } catch {
            throw .io(error, file: LogFiles.seal)
        }
        let isPublished: Bool
        do throws(EventLogError) {
            isPublished = try rename(temporary, to: seal, after: earlier, directory, deadline)
        } catch {
            try? directory.remove(temporary)
            throw error
        }
        do throws(FileSystemError) {
            if isPublished { try directory.sync() } else { try directory.remove(temporary) }
        } catch {
            throw .io(error, file: LogFiles.seal)
        }
        return isPublished
    }

    private func writeTemporary(
        _ name: String,
        _ bytes: [UInt8],
        _ directory: any Directory
    ) throws(FileSystemError) {
        let file = try directory.open(name, [.write, .create, .exclusive], permissions: .ownerFile)
        do throws(FileSystemError) {
            try file.writeAll(bytes, at: 0)
            try file.sync(.data)
            try file.close()
        } catch {
            try? file.close()
            try? directory.remove(name)
            throw error
        }
    }

    private func rename(
        _ temporary: String,
        to seal: EventSeal,
        after earlier: EventSeal?,
        _ directory: any Directory,
        _ deadline: Deadline
    ) throws(EventLogError) -> Bool {
        let lock = FileLock(
            LogFiles.lock,
            in: directory,
            fileSystem: fileSystem,
            options: FileLockOptions(allowsNetworkFileSystems: true)
        )
        let held: LockGuard
        do throws(LockError) {
            held = try lock.lock(.exclusive, timeout: deadline.remaining)
        } catch {
            throw .locking(error, path: path, deadline)
        }
        try platform.admit(directory, writing: true)
        guard try Self.readSeal(in: directory, path: path) == earlier else { return false }
        do throws(FileSystemError) {
            // An append that failed may have taken back the beginning of a line.
            if try directory.extent(of: LogFiles.events).size < seal.byteCount { return false }
            try directory.rename(temporary, to: LogFiles.seal, in: directory, exclusive: false)
        } catch {
            throw .io(error, file: LogFiles.seal)
        }
        held.release()
        return true
    }
}
