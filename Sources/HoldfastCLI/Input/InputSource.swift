internal import FileSystemSeam

/// A file, standard input or an open descriptor, read from the start in pieces.
struct InputSource {
    /// What a person calls it: the path as given, or `standard input`.
    let name: String

    private enum Origin {
        case descriptor(Int32, Console)
        case file(any File)
    }

    private let origin: Origin
    private var offset: Int64 = 0

    /// How much is asked for at once.
    private static let pieceByteCount = 256 * 1024

    /// Opens what `path` names: `-` or nil is standard input, `/dev/fd/N` an open descriptor.
    ///
    /// - Parameters:
    ///   - expected: what the input should be, for a person who is asked to type it.
    ///   - isReadTwice: whether only a file will do.
    /// - Throws: a missing-input failure when there is no such file, or it is something else.
    init(
        _ path: String?,
        expected: String,
        isReadTwice: Bool = false,
        in context: CommandContext
    ) throws(CommandFailure) {
        let descriptor = Self.descriptor(path ?? "-")
        if let descriptor {
            name = StandardDescriptor.name(descriptor)
            origin = .descriptor(descriptor, context.console)
            if descriptor == StandardDescriptor.input, context.console.terminal.isInput {
                context.console.writeDiagnostic("Type \(expected), then Ctrl-D at the start of a line.")
            }
        } else {
            let path = path ?? "-"
            name = Printable.quoted(path, maximum: 200)
            origin = .file(try Self.open(path, isReadTwice, in: context.fileSystem))
        }
    }

    /// The file, to be read at any place; nil for a descriptor.
    var file: (any File)? {
        guard case .file(let file) = origin else { return nil }
        return file
    }

    /// Whether a path names standard input or an open descriptor, and not a file by its name.
    static func isDescriptor(_ path: String) -> Bool { descriptor(path) != nil }

    /// The number in `-`, `/dev/stdin` and `/dev/fd/N`; nil for a path like any other.
    private static func descriptor(_ path: String) -> Int32? {
        if path == "-" || path == "/dev/stdin" { return StandardDescriptor.input }
        for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
            guard let number = ValueKind.wholeNumber(String(path.dropFirst(prefix.count))) else { return nil }
            return Int32(exactly: number)
        }
        return nil
    }

    /// The next bytes; empty at the end.
    mutating func next() throws(CommandFailure) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: Self.pieceByteCount)
        let count: Int
        do throws(FileSystemError) {
            var span = buffer.mutableSpan
            switch origin {
            case .descriptor(let descriptor, let console):
                count = try console.read(descriptor, into: &span)
            case .file(let file):
                count = try file.read(into: &span, at: offset)
            }
        } catch {
            throw .inputOutput("\(name) cannot be read: \(error.code)", error)
        }
        offset += Int64(count)
        buffer.removeLast(buffer.count - count)
        return buffer
    }

    /// Everything, when it is at most `maximum` bytes long.
    mutating func readAll(maximum: Int) throws(CommandFailure) -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let piece = try next()
            if piece.isEmpty { return all }
            if all.count + piece.count > maximum {
                throw .malformed(
                    "\(name) is longer than \(maximum) bytes; give a shorter input",
                    code: "input_too_long"
                )
            }
            all.append(contentsOf: piece)
        }
    }
}

// MARK: - Opening by path

extension InputSource {
    private static func open(
        _ path: String,
        _ isReadTwice: Bool,
        in fileSystem: any FileSystem
    ) throws(CommandFailure) -> any File {
        let (directory, name) = FilePath.split(path)
        let quoted = Printable.quoted(path, maximum: 200)
        if ["", ".", ".."].contains(name) {
            throw .missing("\(quoted) is a directory; give a file, or - for standard input")
        }
        do throws(FileSystemError) {
            let parent = try fileSystem.openDirectory(directory)
            // Looked at before it is opened: opening a device or a FIFO can have effects of its own.
            let status = try parent.status(of: name)
            switch status.kind {
            case .regular: return try parent.open(name, .read, permissions: .ownerFile)
            case .directory: throw FileSystemError(operation: .open, name: name, code: .isDirectory)
            case .symbolicLink: throw FileSystemError(operation: .open, name: name, code: .symbolicLinkLoop)
            case .other: throw FileSystemError(operation: .open, name: name, code: .noDevice)
            }
        } catch {
            throw opening(quoted, isReadTwice, failedWith: error)
        }
    }

    private static func opening(
        _ quoted: String,
        _ isReadTwice: Bool,
        failedWith error: FileSystemError
    ) -> CommandFailure {
        // Where standard input will do, the shell opens what is not opened here.
        let redirection = isReadTwice ? "" : ", or give - and redirect it with <"
        return switch error.code {
        case .noEntry: .missing("\(quoted) does not exist; check the path")
        case .notDirectory: .missing("a part of \(quoted) is not a directory; check the path")
        case .isDirectory: .missing("\(quoted) is a directory; give a file, or - for standard input")
        case .symbolicLinkLoop:
            .missing("\(quoted) is a symbolic link, which is not followed; give the path it points to\(redirection)")
        case .noDevice: .missing("\(quoted) is not a regular file; copy it to one\(redirection)")
        case .nameTooLong: .missing("\(quoted) is longer than the file system allows; check the path")
        default: .inputOutput("\(quoted) cannot be opened: \(error.code)", error)
        }
    }
}
