extension CommandTable {
    /// The commands of this program.
    package static let holdfast = CommandTable(
        groups: [journalGroup, eventsGroup, keysGroup, lockGroup, platformGroup, crashGroup],
        commands: [CanonCommand.description, DigestCommand.description] + journalCommands + eventsCommands
            + keysCommands + lockCommands + platformCommands + [
                DoctorCommand.description, ReportCommand.description, CrashExploreCommand.description,
                HelpCommand.description, CompletionsCommand.description,
                ManCommand.description,
            ]
    )

    private static let journalGroup = Group(
        name: "journal",
        summary: "the approval-use journal",
        discussion: [
            "A journal answers one question and acts on it at once: has this nonce of this grant been consumed, how "
                + "often, and may it be consumed once more now? It keeps digests and identifiers, never the nonce "
                + "itself, in a chain that shows every alteration."
        ]
    )

    private static let eventsGroup = Group(
        name: "events",
        summary: "the session event log",
        discussion: [
            "A session's log is a directory with one JSON object a line in events.jsonl. Any number of processes append "
                + "to it at once, other tools under the same rules too, and every event gets a number of its own: unique, "
                + "from 0, without gaps."
        ]
    )

    private static let keysGroup = Group(
        name: "keys",
        summary: "a key for each scope, and the destruction of keys",
        discussion: [
            "Payloads are sealed with the key of their scope: an entity, a category, a kind or an event. Destroying that key "
                + "makes everything sealed for the scope unreadable, wherever the boxes are. A key is on stable storage "
                + "before a box is printed, and a lost key is never taken for a destroyed one."
        ]
    )

    private static let keysCommands = [
        KeysInitCommand.description,
        KeysMintCommand.description,
        KeysSealCommand.description,
        KeysOpenCommand.description,
        KeysShredCommand.description,
        KeysRotateCommand.description,
        KeysListCommand.description,
        KeysVerifyErasureCommand.description,
    ]

    private static let lockGroup = Group(
        name: "lock",
        summary: "locks between processes, and who holds them",
        discussion: [
            "A lock is held by a process and ends with it. Files beside a lock are evidence: a lock file or a marker that "
                + "is there does not mean that anybody holds the lock."
        ]
    )

    private static let lockCommands = [
        LockRunCommand.description,
        LockInspectCommand.description,
        LockAttestCommand.description,
        LockTakeoverCommand.description,
    ]

    private static let platformGroup = Group(
        name: "platform",
        summary: "what the host and a directory really do",
        discussion: [
            "Durability rests on what mounts, disks and kernels do. It is tried here, and not taken from their names; a "
                + "profile keeps what was seen, and a store that is opened with it is refused on any other platform."
        ]
    )

    private static let platformCommands = [
        PlatformObserveCommand.description,
        PlatformRecordCommand.description,
        PlatformCheckCommand.description,
    ]

    private static let crashGroup = Group(
        name: "crash",
        summary: "what a power cut does to a store",
        discussion: [
            "Stores are proved on a simulated disk whose rules are at most those of real ones. CrashTesting offers the "
                + "same for stores of your own."
        ]
    )

    private static let eventsCommands = [
        EventsAppendCommand.description,
        EventsReadCommand.description,
        EventsFollowCommand.description,
        EventsVerifyCommand.description,
        EventsSealCommand.description,
        EventsCountCommand.description,
    ]

    private static let journalCommands = [
        JournalInitCommand.description,
        JournalReserveCommand.description,
        JournalRevokeCommand.description,
        JournalCheckCommand.description,
        JournalFindCommand.description,
        JournalUsesCommand.description,
        JournalListCommand.description,
        JournalHeadCommand.description,
        JournalVerifyCommand.description,
        JournalRebuildIndexesCommand.description,
        JournalCheckpointCommand.description,
        JournalProveCommand.description,
        JournalVerifyProofCommand.description,
        JournalConvertCommand.description,
        JournalExportCommand.description,
        JournalImportCommand.description,
        JournalVerifyBundleCommand.description,
        JournalRepairCommand.description,
    ]
}
