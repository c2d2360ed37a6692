internal import FileSystemSeam
internal import KeyStore

/// What keys commands read: the root key, payloads and what they belong to. Secrets come from files and descriptors
/// only.
enum KeysInput {
    /// The options that name an input.
    static let options = ["passphrase-file", "aad-file"]

    /// The root key that the command line names. A passphrase is read here; a key file not before the store needs it.
    static func root(_ context: CommandContext) throws(CommandFailure) -> any RootKeyProvider {
        if let path = context.arguments.text("passphrase-file") { return try passphrase(path, context) }
        guard let path = context.arguments.text("root-key") else {
            return RootKeyFile(in: context.directory, fileSystem: context.fileSystem)
        }
        let (directory, name) = FilePath.split(path)
        if ["", ".", "..", "-"].contains(name) {
            throw .usage(
                "--root-key \(Printable.quoted(path, maximum: 200)) is no file's name; give the path of a file"
            )
        }
        return RootKeyFile(in: directory, name: name, fileSystem: context.fileSystem)
    }

    private static func passphrase(_ path: String, _ context: CommandContext) throws(CommandFailure) -> PassphraseRoot {
        if InputSource.isStandardInput(path), context.console.terminal.isInput {
            throw .usage(
                "a terminal shows what is typed, and keeps it. Give --passphrase-file a file, or pipe the passphrase in, as "
                    + "(stty -echo; head -n 1; stty echo) | holdfast ..."
            )
        }
        var source = try InputSource(path, expected: "the passphrase", in: context)
        var passphrase = try secret(from: &source)
        if passphrase.isEmpty { throw .malformed("\(source.name) holds no passphrase; give at least one byte") }
        do throws(RootKeyError) {
            return try PassphraseRoot(wiping: &passphrase, fileSystem: context.fileSystem)
        } catch {
            throw CommandFailure(.root(error), of: context)
        }
    }

    /// Everything, without a final newline, in one array that was never copied; each piece is wiped.
    private static func secret(from source: inout InputSource) throws(CommandFailure) -> [UInt8] {
        let maximum = InputLimits.keyByteCount
        var secret: [UInt8] = []
        // Growing would leave what it grew out of.
        secret.reserveCapacity(maximum)
        do throws(CommandFailure) {
            while true {
                var piece = try source.next()
                defer { PassphraseRoot.wipe(&piece) }
                if piece.isEmpty { break }
                if secret.count + piece.count > maximum {
                    throw .malformed(
                        "\(source.name) is longer than \(maximum) bytes; give a shorter input",
                        code: "input_too_long"
                    )
                }
                secret.append(contentsOf: piece)
            }
        } catch {
            PassphraseRoot.wipe(&secret)
            throw error
        }
        if secret.last == UInt8(ascii: "\n") {
            secret.removeLast()
            if secret.last == UInt8(ascii: "\r") { secret.removeLast() }
        }
        return secret
    }

    /// What goes into a box or comes out of one: FILE, what the box belongs to, and the store to do it with.
    struct Payload {
        let store: ScopedKeyStore
        /// What a person calls FILE.
        let name: String
        let bytes: [UInt8]
        let associatedData: [UInt8]
    }

    /// Reads FILE and what it belongs to, and opens the store. Nothing is read when there is no store.
    static func payload(_ expected: String, _ context: CommandContext) throws(CommandFailure) -> Payload {
        try context.requireOneStandardInput(options, takesFile: true)
        try context.requireDirectory("make a key store with holdfast keys init")
        let data = try associatedData(context)
        let root = try root(context)
        var source = try InputSource(context.arguments.positional("FILE"), expected: expected, in: context)
        let bytes = try source.readAll(maximum: InputLimits.payloadByteCount)
        return Payload(store: try context.keyStore(root), name: source.name, bytes: bytes, associatedData: data)
    }

    /// What a box belongs to; nothing when it was not given.
    static func associatedData(_ context: CommandContext) throws(CommandFailure) -> [UInt8] {
        guard let path = context.arguments.text("aad-file") else { return [] }
        return try bytes(path, "what the box belongs to", context)
    }

    /// The bytes of a file or of standard input.
    static func bytes(
        _ path: String?,
        _ expected: String,
        _ context: CommandContext
    ) throws(CommandFailure) -> [UInt8] {
        var source = try InputSource(path, expected: expected, in: context)
        return try source.readAll(maximum: InputLimits.payloadByteCount)
    }
}
