internal import FileSystemSeam
internal import Journal
internal import Signing

/// Arguments that several journal commands share, and what they stand for.
enum JournalArguments {
    /// The journal's directory.
    static let directory = PositionalDescription(name: "DIR", kind: .directory, help: "the journal's directory")

    /// The grant, where it must be named.
    static let grant = OptionDescription(
        name: "grant",
        arity: .value(.text, name: "G"),
        help: "the grant's identifier",
        isRequired: true
    )

    /// The nonce, as its digest or as a file that holds it; ``NonceInput`` reads them.
    static let nonce = [
        OptionDescription(
            name: "nonce-digest",
            arity: .value(.nonceDigest, name: "D"),
            help: "the digest of the nonce: sha256: and 64 hexadecimal digits"
        ),
        OptionDescription(
            name: "nonce-file",
            arity: .value(.file, name: "F"),
            help: "a file with the nonce itself, - for standard input, /dev/fd/N for a descriptor; it is hashed "
                + "without a final newline"
        ),
    ]

    /// Exactly one of ``nonce``.
    static let nonceAlternatives = Alternatives(sets: nonce.map { [$0.name] })

    /// The maximum, as the caller knows it.
    static let maximumUsesHint = OptionDescription(
        name: "max-uses",
        arity: .value(.integer(0...UInt64(UInt32.max)), name: "N"),
        help: "how many uses of the nonce are allowed; what the journal says when left out"
    )

    /// That a journal must stand there.
    static let existing = OptionDescription(
        name: "existing",
        arity: .flag,
        help:
            "fail with code 66 unless a journal was made at DIR: a mistyped path, or a file system that is not mounted, "
            + "is then not taken for a journal in which nothing was used"
    )

    /// How long writers wait.
    static let timeout = OptionDescription(
        name: "timeout",
        arity: .value(.seconds(maximum: 86_400), name: "S"),
        help: "how many seconds to wait for the lock, 0 to try once; 5 when left out"
    )

    /// Whose signatures under checkpoints count; ``trustedHubKeys(_:)`` reads them.
    static let hubKeys = [
        OptionDescription(
            name: "key",
            arity: .value(.text, name: "KEY"),
            help:
                "the hub's public key: 43 characters of base64url, as journal checkpoint prints them, or a note verifier key "
                + "(name+id+base64)"
        ),
        OptionDescription(
            name: "trusted-key",
            arity: .repeatable(.file, name: "FILE"),
            help: "the same as a file in PEM, as openssl pkey -pubout writes it; any of several will do"
        ),
    ]

    /// The keys that ``hubKeys`` name; none when there are none.
    static func trustedHubKeys(_ context: CommandContext) throws(CommandFailure) -> [VerifyingKey] {
        var keys: [VerifyingKey] = []
        if let text = context.arguments.text("key") { keys.append(try hubKey(text)) }
        for path in context.arguments.texts("trusted-key") { keys.append(try KeyInput.publicKey(path, context)) }
        return keys
    }

    private static func hubKey(_ text: String) throws(CommandFailure) -> VerifyingKey {
        if text.contains("+"), let verifier = try? NoteVerifier(parsing: text) { return verifier.key }
        do throws(KeyError) {
            return try VerifyingKey(base64URL: text)
        } catch {
            throw .usage("--key is no public key: \(error); a key in a PEM file is given with --trusted-key FILE")
        }
    }

    /// Exit notes of every command that takes the lock.
    static let lockNotes = [
        ExitNote(code: .lockTimeout, meaning: "another process held the lock for too long; with --timeout 0 this is 1")
    ]

    /// The exit note of every command that appends a record.
    static let outcomeNote = ExitNote(
        code: .inputOutput,
        meaning:
            "reading or writing failed, and nothing is recorded; but with outcome_unknown the record may stand, and count: "
            + "see holdfast help durability"
    )

    /// Exit notes of every command that needs a journal to be there.
    static let missingNote = ExitNote(code: .missingInput, meaning: "there is no directory DIR")

    /// The exit note of ``existing``.
    static let existingNote = ExitNote(code: .missingInput, meaning: "with --existing, no journal was made at DIR")
}

extension CommandContext {
    /// The journal that DIR names. Nothing is touched yet.
    ///
    /// - Parameter mustStand: whether nothing but a journal that was made there will do; what `--existing` says when
    ///   left out.
    func journal(mustStand: Bool? = nil) -> ApprovalJournal {
        var options = JournalOptions()
        options.createsWhenAbsent = !(mustStand ?? (arguments.describes("existing") && arguments.has("existing")))
        if let milliseconds = lockTimeoutMilliseconds { options.lockTimeoutMilliseconds = milliseconds }
        if arguments.describes("format"), let format = arguments.text("format").flatMap(JournalFormat.init(rawValue:)) {
            options.format = format
        }
        return ApprovalJournal(at: directory, fileSystem: fileSystem, options: options)
    }

    /// The journal that DIR names, which must be there.
    ///
    /// - Parameter mustStand: see ``journal(mustStand:)``. Else an empty directory is an empty journal, and the person
    ///   is told.
    func existingJournal(mustStand: Bool? = nil) throws(CommandFailure) -> ApprovalJournal {
        try requireDirectory("make a journal with holdfast journal init")
        let journal = journal(mustStand: mustStand)
        if journal.options.createsWhenAbsent { noteMissingJournal() }
        return journal
    }

    /// Says that no journal was made at DIR; readers take what stands there for one in which nothing was used.
    func noteMissingJournal() {
        noteMissing("journal") {
            do throws(JournalError) {
                _ = try journal(mustStand: true).format()
                return false
            } catch {
                guard case .journalMissing = error else { return false }
                return true
            }
        }
    }

    /// Runs `body`, and turns what the journal refuses into a failure of the command.
    ///
    /// - Parameter records: the bundle that the records come from; DIR when left out.
    func asking<Answer>(
        about records: String? = nil,
        _ body: () throws(JournalError) -> Answer
    ) throws(CommandFailure) -> Answer {
        do throws(JournalError) {
            return try body()
        } catch {
            throw CommandFailure(error, of: self, records: records)
        }
    }
}
