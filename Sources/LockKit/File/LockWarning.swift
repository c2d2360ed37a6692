public import FileSystemSeam

/// Something about a lock that is worth telling and prevents nothing.
public enum LockWarning: Sendable, Hashable, CustomStringConvertible {
    /// Others than the owner may open the lock file, and so may hold the lock; it could not be changed.
    case loosePermissions(path: String, Permissions, reason: ErrorNumber)

    /// One sentence with the remedy.
    public var description: String {
        switch self {
        case .loosePermissions(let path, let permissions, let reason):
            "\(path) has the permissions \(permissions), which could not be taken from others: \(reason). Anyone who "
                + "may open it can keep others waiting; change them with chmod"
        }
    }

    /// Takes away what a lock file of ours that is in the lock's hands gives to others. What its owner may do stays: a
    /// program can be its own lock file.
    static func tightening(_ file: any File, _ status: FileStatus, _ lock: FileLock) -> [LockWarning] {
        let wanted = Permissions(rawValue: status.permissions.rawValue & Permissions.ownerDirectory.rawValue)
        // What belongs to someone else was made so by them, perhaps to be shared.
        if status.permissions == wanted || status.ownerID != lock.fileSystem.processIdentity.userID { return [] }
        do {
            try file.setPermissions(wanted)
            return []
        } catch {
            return [.loosePermissions(path: lock.path, status.permissions, reason: error.code)]
        }
    }
}
