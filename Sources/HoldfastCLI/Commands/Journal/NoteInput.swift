internal import Journal
internal import Signing

/// A signed note about a journal that was kept elsewhere, and the key that signed it.
enum NoteInput {
    /// The note and the key; ``read(_:)`` reads them.
    static let options = [
        OptionDescription(
            name: "note",
            arity: .value(.file, name: "FILE"),
            help:
                "a note that journal checkpoint --note-out wrote and that was kept elsewhere, - for standard input; needs "
                + "--note-key"
        ),
        OptionDescription(
            name: "note-key",
            arity: .value(.text, name: "VKEY"),
            help:
                "the key that signed the note, with the name of the log: name+id+base64, as journal checkpoint prints it"
        ),
    ]

    /// What `--note` says of the journal, signed by `--note-key`; nil when there is no `--note`.
    static func read(_ context: CommandContext) throws(CommandFailure) -> CheckpointBody? {
        let arguments = context.arguments
        guard let path = arguments.text("note") else {
            if arguments.has("note-key") { throw .usage("--note-key is the key of a note; give --note too") }
            return nil
        }
        guard let text = arguments.text("note-key") else {
            throw .usage("anyone could have written a note; give --note-key, the key that signed it")
        }
        let verifier: NoteVerifier
        do throws(NoteKeyError) {
            verifier = try NoteVerifier(parsing: text)
        } catch {
            throw .usage("--note-key is no verifier key: \(error)")
        }
        var source = try InputSource(path, expected: "the note", in: context)
        let bytes = try source.readAll(maximum: SignedNote.maximumBytes)
        let note: SignedNote
        do throws(NoteError) {
            note = try SignedNote(parsing: bytes)
        } catch {
            throw .malformed("\(source.name) is no signed note: \(error)", code: "malformed_note")
        }
        let verified: VerifiedNote
        do throws(NoteError) {
            verified = try note.verified(by: [verifier])
        } catch {
            throw refused("\(source.name) is not signed by --note-key: \(error)")
        }
        do throws(CheckpointError) {
            return try verified.checkpoint(origin: verifier.name)
        } catch {
            throw refused("\(source.name) is no checkpoint of \(Printable.quoted(verifier.name)): \(error)")
        }
    }

    private static func refused(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: .refused, code: "untrusted_note", message: Printable.escaped(message))
    }
}
