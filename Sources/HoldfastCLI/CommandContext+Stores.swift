internal import FileSystemSeam

/// What commands on stores have in common: where the store is, and how long they wait for its lock.
extension CommandContext {
    /// DIR as given.
    var directory: String {
        guard let directory = arguments.positional("DIR") else { preconditionFailure("DIR is described as required") }
        return directory
    }

    /// Warns of a secret that others than its owner may read or write.
    func warn(ofLoose path: String, _ permissions: Permissions) {
        console.writeDiagnostic(
            "\(console.errorStyle.notable("warning:")) \(Printable.quoted(path, maximum: 200)) has the permissions \(permissions): "
                + "others than its owner may read or change this secret. Take that from them: chmod go= FILE"
        )
    }

    /// A store's error with the store before it, where the error itself names only a file or a record in it.
    ///
    /// - Parameter place: what the person named; nothing is added without it.
    static func placed(_ message: String, _ place: String?) -> String {
        guard let place else { return message }
        return "\(Printable.cut(place, 200)): \(message)"
    }

    /// Refuses when DIR is not there: a mistyped path must not pass for an empty store.
    ///
    /// - Parameter remedy: what else to do than to check the path.
    func requireDirectory(_ remedy: String) throws(CommandFailure) {
        do throws(FileSystemError) {
            try fileSystem.openDirectory(directory).close()
        } catch  where error.code == .noEntry {
            let quoted = Printable.quoted(directory, maximum: 200)
            throw .missing("there is no directory \(quoted); check the path, or \(remedy)")
        } catch {
            // What else is wrong there is for the store to say.
        }
    }

    /// Says that DIR is empty, as a mount point is whose file system is not mounted, or that the making of a store
    /// ended early.
    ///
    /// - Parameters:
    ///   - store: what would have been made there.
    ///   - isUnmade: whether what stands there is nothing of such a store.
    func noteMissing(_ store: String, isUnmade: () -> Bool = { false }) {
        guard let directory = try? fileSystem.openDirectory(directory) else { return }
        defer { try? directory.close() }
        guard let entries = try? directory.entries(), entries.isEmpty || isUnmade() else { return }
        let state = entries.isEmpty ? "is empty" : "holds nothing of a \(store)"
        console.writeDiagnostic(
            "\(console.errorStyle.notable("note:")) \(Printable.escaped(self.directory)) \(state), and no \(store) was made "
                + "there yet; is its file system mounted?"
        )
    }

    /// `--timeout` in milliseconds; nil where it was not given or is no option.
    var lockTimeoutMilliseconds: UInt64? {
        arguments.describes("timeout") ? arguments.milliseconds("timeout") : nil
    }

    /// Whether the person asked not to wait for a lock.
    var triesLockOnce: Bool { lockTimeoutMilliseconds == 0 }

    /// Whether an error's place is the store itself, or the one that is made of it, and no file within.
    func namesStore(_ place: String) -> Bool {
        place == arguments.positionalIfAny("DIR") || arguments.describes("out") && place == arguments.text("out")
    }

    /// Whether an error means that DIR, or the place for a new store, leads nowhere. What stands wrong inside of a
    /// store is damage, not a wrong path.
    func isMissing(_ error: FileSystemError, at file: String) -> Bool {
        guard namesStore(file) else { return false }
        let codes: [ErrorNumber] = [.noEntry, .notDirectory, .symbolicLinkLoop, .nameTooLong]
        return [.openDirectory, .makeDirectory, .subdirectory].contains(error.operation) && codes.contains(error.code)
    }
}
