internal import CPosix

/// An error number of the running platform (`errno`), by name.
public struct ErrorNumber: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The platform's number.
    public let rawValue: Int32

    /// Makes an error number from the platform's number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// One row a number: the platform's value, its symbol and what it means to a person.
    private static let table: [(code: ErrorNumber, symbol: String, meaning: String)] = [
        (.notPermitted, "EPERM", "operation not permitted"),
        (.noEntry, "ENOENT", "no such file or directory"),
        (.interrupted, "EINTR", "interrupted by a signal"),
        (.inputOutput, "EIO", "input/output error"),
        (.badDescriptor, "EBADF", "the handle is closed or not open for this"),
        (.wouldBlock, "EAGAIN", "it would have to wait"),
        (.outOfMemory, "ENOMEM", "out of memory"),
        (.accessDenied, "EACCES", "permission denied"),
        (.busy, "EBUSY", "it is in use"),
        (.exists, "EEXIST", "it exists already"),
        (.crossDevice, "EXDEV", "the two names are on different file systems"),
        (.notDirectory, "ENOTDIR", "not a directory"),
        (.isDirectory, "EISDIR", "it is a directory"),
        (.invalidArgument, "EINVAL", "invalid argument"),
        (.systemFileTableFull, "ENFILE", "the system has too many open files"),
        (.tooManyOpenFiles, "EMFILE", "the process has too many open files"),
        (.fileTooLarge, "EFBIG", "the file would be too large"),
        (.noSpace, "ENOSPC", "no space left on the device"),
        (.notSeekable, "ESPIPE", "it is a pipe, which has no places to read at"),
        (.readOnlyFileSystem, "EROFS", "the file system is read-only"),
        (.tooManyLinks, "EMLINK", "too many links"),
        (.nameTooLong, "ENAMETOOLONG", "the name is too long"),
        (.notEmpty, "ENOTEMPTY", "the directory is not empty"),
        (.symbolicLinkLoop, "ELOOP", "it is a symbolic link, which is not followed"),
        (.notSupported, "ENOTSUP", "not supported here"),
        (.quotaExceeded, "EDQUOT", "the disk quota is used up"),
        (.staleHandle, "ESTALE", "the file is gone from its server"),
        (.timedOut, "ETIMEDOUT", "no answer within the time"),
        (.noDevice, "ENXIO", "no such device, or nobody reads this FIFO"),
        (.unsupportedByDevice, "ENODEV", "the device or file system cannot do this"),
        (.notImplemented, "ENOSYS", "the system does not have this call"),
        (.programInUse, "ETXTBSY", "a program that runs is not written, and one that is open for writing is not run"),
    ]

    /// The meaning, the symbol and the number: `permission denied (EACCES 13)`.
    public var description: String {
        for row in Self.table where row.code == self {
            return "\(row.meaning) (\(row.symbol) \(rawValue))"
        }
        return "error number \(rawValue)"
    }

    /// The name of the number's constant: `EACCES`; nil for one that the seam does not name.
    package var symbol: String? { Self.table.first { $0.code == self }?.symbol }

    /// The number with a ``symbol``; nil when the seam names none like it.
    package init?(symbol: String) {
        guard let row = Self.table.first(where: { $0.symbol == symbol }) else { return nil }
        self = row.code
    }
}

extension ErrorNumber {
    /// `EPERM`: operation not permitted.
    public static let notPermitted = ErrorNumber(rawValue: Int32(CPOSIX_EPERM))
    /// `ENOENT`: the name does not exist.
    public static let noEntry = ErrorNumber(rawValue: Int32(CPOSIX_ENOENT))
    /// `EINTR`: a signal arrived first. Retried below the seam; only a fault plan shows it.
    public static let interrupted = ErrorNumber(rawValue: Int32(CPOSIX_EINTR))
    /// `EIO`: the device failed.
    public static let inputOutput = ErrorNumber(rawValue: Int32(CPOSIX_EIO))
    /// `EBADF`: the handle is closed, or not open for this.
    public static let badDescriptor = ErrorNumber(rawValue: Int32(CPOSIX_EBADF))
    /// `EAGAIN`: the call would have to wait.
    public static let wouldBlock = ErrorNumber(rawValue: Int32(CPOSIX_EAGAIN))
    /// `ENOMEM`: no memory.
    public static let outOfMemory = ErrorNumber(rawValue: Int32(CPOSIX_ENOMEM))
    /// `EACCES`: permission denied.
    public static let accessDenied = ErrorNumber(rawValue: Int32(CPOSIX_EACCES))
    /// `EBUSY`: the thing is in use.
    public static let busy = ErrorNumber(rawValue: Int32(CPOSIX_EBUSY))
    /// `EEXIST`: the name exists already.
    public static let exists = ErrorNumber(rawValue: Int32(CPOSIX_EEXIST))
    /// `EXDEV`: two names on different file systems.
    public static let crossDevice = ErrorNumber(rawValue: Int32(CPOSIX_EXDEV))
    /// `ENOTDIR`: not a directory.
    public static let notDirectory = ErrorNumber(rawValue: Int32(CPOSIX_ENOTDIR))
    /// `EISDIR`: a directory where a file is needed.
    public static let isDirectory = ErrorNumber(rawValue: Int32(CPOSIX_EISDIR))
    /// `EINVAL`: an argument makes no sense; names that are not one path component give this too.
    public static let invalidArgument = ErrorNumber(rawValue: Int32(CPOSIX_EINVAL))
    /// `ENFILE`: the system's file table is full.
    public static let systemFileTableFull = ErrorNumber(rawValue: Int32(CPOSIX_ENFILE))
    /// `EMFILE`: the process has too many open files.
    public static let tooManyOpenFiles = ErrorNumber(rawValue: Int32(CPOSIX_EMFILE))
    /// `ESPIPE`: a pipe, a FIFO or a socket is no file that is read or written at a place.
    public static let notSeekable = ErrorNumber(rawValue: Int32(CPOSIX_ESPIPE))
    /// `EFBIG`: beyond the largest file.
    public static let fileTooLarge = ErrorNumber(rawValue: Int32(CPOSIX_EFBIG))
    /// `ENOSPC`: the device is full.
    public static let noSpace = ErrorNumber(rawValue: Int32(CPOSIX_ENOSPC))
    /// `EROFS`: the file system is read-only.
    public static let readOnlyFileSystem = ErrorNumber(rawValue: Int32(CPOSIX_EROFS))
    /// `EMLINK`: too many links.
    public static let tooManyLinks = ErrorNumber(rawValue: Int32(CPOSIX_EMLINK))
    /// `ENAMETOOLONG`: the name is longer than the file system allows.
    public static let nameTooLong = ErrorNumber(rawValue: Int32(CPOSIX_ENAMETOOLONG))
    /// `ENOTEMPTY`: the directory is not empty.
    public static let notEmpty = ErrorNumber(rawValue: Int32(CPOSIX_ENOTEMPTY))
    /// `ELOOP`: a symbolic link where none is followed.
    public static let symbolicLinkLoop = ErrorNumber(rawValue: Int32(CPOSIX_ELOOP))
    /// `ENOTSUP`: not supported here.
    public static let notSupported = ErrorNumber(rawValue: Int32(CPOSIX_ENOTSUP))
    /// `EDQUOT`: the quota is used up.
    public static let quotaExceeded = ErrorNumber(rawValue: Int32(CPOSIX_EDQUOT))
    /// `ESTALE`: a remote file system lost the file.
    public static let staleHandle = ErrorNumber(rawValue: Int32(CPOSIX_ESTALE))
    /// `ENXIO`: no such device, or a FIFO without a reader.
    public static let noDevice = ErrorNumber(rawValue: Int32(CPOSIX_ENXIO))
    /// `ENODEV`: the device or file system does not have this operation, as one that cannot map.
    public static let unsupportedByDevice = ErrorNumber(rawValue: Int32(CPOSIX_ENODEV))
    /// `ENOSYS`: the kernel, or the sandbox around the process, does not have this call.
    public static let notImplemented = ErrorNumber(rawValue: Int32(CPOSIX_ENOSYS))
    /// `ETXTBSY`: a program that runs is opened for writing, or one that is open for writing is to be run.
    public static let programInUse = ErrorNumber(rawValue: Int32(CPOSIX_ETXTBSY))
    /// `ETIMEDOUT`: nothing answered in time.
    public static let timedOut = ErrorNumber(rawValue: Int32(CPOSIX_ETIMEDOUT))
}

extension ErrorNumber {
    /// Whether a link that was refused so may still be replaced by a copy: the file system has no second names, the
    /// file is another user's, or a sandbox only lets files be renamed.
    package var refusesSecondName: Bool {
        [.notPermitted, .notSupported, .notImplemented, .accessDenied, .tooManyLinks].contains(self)
    }
}
