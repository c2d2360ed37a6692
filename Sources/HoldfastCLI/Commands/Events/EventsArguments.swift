internal import Canonical
internal import EventLog
internal import FileSystemSeam
internal import PlatformProfile

/// Arguments that several events commands share, and what they stand for.
enum EventsArguments {
    /// The session's directory.
    static let directory = PositionalDescription(name: "DIR", kind: .directory, help: "the session's directory")

    /// How long writers wait.
    static let timeout = OptionDescription(
        name: "timeout",
        arity: .value(.seconds(maximum: 86_400), name: "S"),
        help: "how many seconds to wait for the lock, 0 to try once; 60 when left out"
    )

    /// The first number.
    static let from = OptionDescription(
        name: "from",
        arity: .value(.integer(0...UInt64.max), name: "N"),
        help: "the lowest sequence number; 0 when left out"
    )

    /// How many.
    static let limit = OptionDescription(
        name: "limit",
        arity: .value(.integer(0...UInt64(Int64.max)), name: "N"),
        help: "how many events at most; all when left out"
    )

    /// Only some types.
    static let type = OptionDescription(
        name: "type",
        arity: .repeatable(.text, name: "T"),
        help: "only events of this type, as in agent.called_tool; may be repeated"
    )

    /// Exit notes of every command that takes the lock.
    static let lockNotes = [
        ExitNote(code: .lockTimeout, meaning: "another process held the lock for too long; with --timeout 0 this is 1")
    ]

    /// The exit note of every command that needs a session to be there.
    static let missingNote = ExitNote(code: .missingInput, meaning: "there is no directory DIR")
}

extension CommandContext {
    /// The log that DIR names. Nothing is touched yet.
    func sessionLog(_ durability: EventDurability = .none, admission: AdmissionPolicy = .standard) -> SessionLog {
        var options = SessionLogOptions(durability: durability, admission: admission)
        if let milliseconds = lockTimeoutMilliseconds { options.lockTimeoutMilliseconds = milliseconds }
        return SessionLog(at: directory, fileSystem: fileSystem, options: options)
    }

    /// The log that DIR names, whose directory must be there.
    func existingSessionLog() throws(CommandFailure) -> SessionLog {
        try requireDirectory("append a first event with holdfast events append")
        let log = sessionLog()
        // A mistyped path shall not look like a log without events.
        if try !asking({ () throws(EventLogError) in try log.isPlausible() }) {
            throw CommandFailure(.notALog(path: directory, reason: "none of its files is one of a log"), of: self)
        }
        noteMissing("session log")
        return log
    }

    /// Runs `body`, and turns what the log refuses into a failure of the command.
    func asking<Answer>(_ body: () throws(EventLogError) -> Answer) throws(CommandFailure) -> Answer {
        do throws(EventLogError) {
            return try body()
        } catch {
            throw CommandFailure(error, of: self)
        }
    }

    /// Whether an event is one that `--type` asks for.
    func wants(_ event: StoredEvent) -> Bool {
        let types = arguments.texts("type")
        if types.isEmpty { return true }
        let type = event.type
        return types.contains { TextBytes.isSame($0, type) }
    }
}
