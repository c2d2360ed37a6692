internal import Canonical
public import FileSystemSeam

/// A profile of either schema.
public enum StoredProfile: Sendable, Hashable {
    /// Schema 1.
    case legacy(LegacyProfile)
    /// Schema 2.
    case host(HostProfile)

    /// Reads a profile's text and verifies it.
    ///
    /// - Throws: ``InvalidProfile``.
    public init(parsing bytes: [UInt8]) throws(InvalidProfile) {
        let value = try ProfileText.parse(bytes)
        switch value["schema_version"] {
        case .number(.unsigned(1))?: self = .legacy(try LegacyProfile(reading: value))
        case .number(.unsigned(2))?: self = .host(try HostProfile(reading: value))
        case nil: throw .malformed(reason: "it has no schema_version")
        case .some(.number(let number)): throw .wrongSchema(found: "\(number.doubleValue)")
        case .some: throw .wrongSchema(found: "something that is no number")
        }
    }

    /// Reads the profile in a file and verifies it. Symbolic links in place of the file are not followed.
    ///
    /// - Throws: ``PlatformError/invalid(path:_:)``, with the path as it is given here.
    public init(at path: String, _ fileSystem: any FileSystem) throws(PlatformError) {
        try self.init(at: path, from: PathOrigin(ofTheMoment: fileSystem))
    }

    /// The same, of a path that begins somewhere.
    init(at path: String, from origin: PathOrigin) throws(PlatformError) {
        let bytes: [UInt8]
        do {
            bytes = try Self.read(path, origin)
        } catch {
            throw .invalid(path: path, error.code == .noEntry ? .missing : .unreadable(error))
        }
        do {
            try self.init(parsing: bytes)
        } catch {
            throw .invalid(path: path, error)
        }
    }

    private static func read(_ path: String, _ origin: PathOrigin) throws(FileSystemError) -> [UInt8] {
        // Up to the slash and with it: as a character it could end behind a mark that combines with it.
        let nameStart = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) }
        let above = nameStart.map { path[..<$0] } ?? "."
        let name = path[(nameStart ?? path.startIndex)...]
        let directory = try origin.openDirectory(String(above))
        defer { try? directory.close() }
        return try directory.readFile(String(name), maximumBytes: ProfileText.maximumBytes)
    }
}
