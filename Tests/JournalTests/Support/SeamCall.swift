import FileSystemSeam

/// One call through the seam, as a test sees it: what is done, and to what, by its path below the journal's
/// directory (empty for that directory itself).
struct SeamCall: Sendable, Hashable, CustomStringConvertible {
    let operation: FileSystemError.Operation
    let path: String
    /// Where a rename or link leads.
    var newPath: String?

    var description: String {
        let places = [path, newPath].compactMap { $0 }.joined(separator: " → ")
        return places.isEmpty ? operation.rawValue : "\(operation.rawValue) \(places)"
    }

    /// Whether it changes or syncs anything, as opposed to only looking.
    var isChange: Bool {
        switch operation {
        case .makeDirectory, .rename, .link, .remove, .removeDirectory, .syncDirectory, .write, .append, .truncate,
            .allocate, .setPermissions, .sync:
            true
        default: false
        }
    }
}

/// What a test makes of a call.
enum SeamFault: Sendable {
    /// It fails, and nothing was done.
    case failure(ErrorNumber)
    /// It is done, and reported as failed: what the caller of a rename or a sync sees when only the answer is lost.
    case failureAfterwards(ErrorNumber)
}
