internal import Canonical
internal import FileSystemSeam
internal import KeyStore
internal import LockKit
internal import PlatformProfile

extension CommandFailure {
    /// What a key store refused or could not do, for the command in `context`.
    init(_ error: KeyStoreError, of context: CommandContext) {
        self.init(
            exitCode: Self.exitCode(error, context),
            code: error.code,
            message: Printable.escaped(Self.message(error, context)),
            fields: Self.fields(error, context)
        )
        switch error {
        case .root(.missing), .wrongRoot: hint = "The root key is named with --root-key FILE or --passphrase-file FILE."
        default: break
        }
    }

    /// The store's own words, with its directory before what names a file in it only; and options for what they call
    /// scopes.
    private static func message(_ error: KeyStoreError, _ context: CommandContext) -> String {
        let directory = context.directory
        if let message = wrongPlace(error, context) { return message }
        switch error {
        case .selectorMismatch(let store, let selector):
            return
                "\(directory) has one key for each \(store.unit), and the scope of one \(selector.unit) was given. Nothing "
                + "was done; give --\(store.unit)"
        case .invalidArgument(let member, let reason) where context.arguments.describes(member):
            return "the value of --\(member) cannot be used: \(reason). Nothing was done"
        case .io(_, let file) where file == directory: return error.description
        case .shredPending(let id, let cause):
            // The cause in the command's own words: with the directory before a file's name.
            return KeyStoreError.pending(id, cause: Self.message(cause, context))
        case .io, .corrupt, .unsupportedVersion, .journalMissing, .unknownScope, .unknownKey, .destroying,
            .mintConflict, .tooManyKeys:
            return CommandContext.placed(error.description, directory)
        default: return error.description
        }
    }

    /// What to say where a file was named for the store's directory, or a directory for the root key's file; nil for
    /// all else. The remedy is another name: what stands there may be the root key.
    private static func wrongPlace(_ error: KeyStoreError, _ context: CommandContext) -> String? {
        switch error {
        case .io(let cause, let file) where file == context.directory && cause.code == .notDirectory:
            return "\(file) is a file, or lies below one. Name the key store's directory"
        case .root(.io(let cause, let place)):
            let named = context.arguments.text("root-key") ?? place
            return rootKeyMistake(cause.code).map { "\(named) \($0)" }
        default: return nil
        }
    }

    /// What is wrong with what was named as the root key's file, and the remedy; nil where it may be the right one.
    private static func rootKeyMistake(_ code: ErrorNumber) -> String? {
        switch code {
        case .isDirectory: "is a directory. Name the root key's file"
        case .notDirectory: "lies below a file. Name the root key's file"
        case .symbolicLinkLoop: "is a symbolic link, which is not followed. Give the path it points to"
        case .notSeekable: "is not a regular file. Name the root key's file"
        default: nil
        }
    }

    private static func exitCode(_ error: KeyStoreError, _ context: CommandContext) -> ExitCode {
        switch error {
        case _ where wrongPlace(error, context) != nil: .malformedInput
        case .io(let cause, let file): context.isMissing(cause, at: file) ? .missingInput : .inputOutput
        case .lock(let error): CommandFailure(error, of: context).exitCode
        case .platform(let error): CommandFailure(error).exitCode
        case .root(let error): exitCode(error)
        case .authenticationFailed, .unknownKey, .destroying, .unknownScope, .selectorMismatch, .mintConflict, .corrupt,
            .wrongGranularity, .wrongRoot, .rolledBack, .directoryReplaced, .tooManyKeys:
            .refused
        case .unsupportedBox, .unsupportedVersion, .malformedReceipt: .malformedInput
        case .shredPending(_, let cause): exitCode(cause, context)
        case .invalidArgument: .usage
        case .keysetMissing, .journalMissing: .missingInput
        case .keyUnavailable, .nonceLength, .keyLength, .closed, .forked, .cryptography: .internalError
        }
    }

    private static func exitCode(_ error: RootKeyError) -> ExitCode {
        switch error {
        case .io(let cause, _):
            cause.operation == .openDirectory && [.noEntry, .notDirectory].contains(cause.code)
                ? .missingInput : .inputOutput
        case .missing: .missingInput
        case .damaged, .failed: .malformedInput
        case .otherStore, .wrongSecret, .unknownGeneration: .refused
        }
    }

    private static func fields(_ error: KeyStoreError, _ context: CommandContext) -> JSONObject {
        switch error {
        case .shredPending(let id, let cause): pendingFields(id, fields(cause, context))
        case .io(let cause, let file), .root(.io(let cause, let file)):
            ["file": .string(file), "operation": .string(cause.operation.rawValue), "errno": .errno(cause.code)]
        case .lock(let error): CommandFailure(error, of: context).fields
        case .platform(let error): CommandFailure(error).fields
        case .root(let error): fields(error)
        case .unsupportedBox(let version): ["version": .integer(UInt64(version))]
        case .unknownKey(let id), .destroying(let id): ["key_id": .string(id.description)]
        case .selectorMismatch(let store, let selector):
            ["granularity": .string(store.name), "selected": .string(selector.name)]
        case .tooManyKeys(let maximum): ["maximum": .integer(UInt64(maximum))]
        case .invalidArgument(let member, let reason): ["member": .string(member), "reason": .string(reason)]
        case .keysetMissing(let path, let evidence): ["path": .string(path), "evidence": .string(evidence)]
        case .directoryReplaced(let path): ["path": .string(path)]
        case .journalMissing(let file): ["file": .string(file)]
        case .corrupt(let file, let offset, let reason):
            ["file": .string(file), "byte_offset": .integer(offset), "reason": .string(reason)]
        case .unsupportedVersion(let file, let version):
            ["file": .string(file), "version": .integer(UInt64(version))]
        case .wrongGranularity(let path, let expected, let found):
            ["path": .string(path), "expected": .string(expected.name), "found": .string(found.name)]
        case .wrongRoot(let path, let reason): ["path": .string(path), "reason": .string(reason)]
        case .rolledBack(let path, let found, let known):
            [
                "path": .string(path), "found_generation": .integer(found.generation),
                "known_generation": .integer(known.generation),
            ]
        case .malformedReceipt(let reason): ["reason": .string(reason)]
        case .authenticationFailed, .unknownScope, .keyUnavailable, .nonceLength, .keyLength, .mintConflict, .closed,
            .forked, .cryptography:
            JSONObject()
        }
    }

    private static func pendingFields(_ id: KeyID, _ cause: JSONObject) -> JSONObject {
        var fields = cause
        fields["key_id"] = .string(id.description)
        return fields
    }

    private static func fields(_ error: RootKeyError) -> JSONObject {
        switch error {
        case .io: JSONObject()
        case .missing(let place), .otherStore(let place), .wrongSecret(let place), .unknownGeneration(_, _, let place):
            ["place": .string(place)]
        case .damaged(let place, let reason), .failed(let place, let reason):
            ["place": .string(place), "reason": .string(reason)]
        }
    }
}
