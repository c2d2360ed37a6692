extension CommandTable {
    /// The commands of this program.
    package static let holdfast = CommandTable(
        groups: [journalGroup, eventsGroup, keysGroup, lockGroup, platformGroup, crashGroup],
        entries: entries
    )

    private static let entries = [
        Entry("canon") { CanonCommand.description },
        Entry("digest") { DigestCommand.description },
        Entry("journal", "init") { JournalInitCommand.description },
        Entry("journal", "reserve") { JournalReserveCommand.description },
        Entry("journal", "revoke") { JournalRevokeCommand.description },
        Entry("journal", "check") { JournalCheckCommand.description },
        Entry("journal", "find") { JournalFindCommand.description },
        Entry("journal", "uses") { JournalUsesCommand.description },
        Entry("journal", "list") { JournalListCommand.description },
        Entry("journal", "head") { JournalHeadCommand.description },
        Entry("journal", "verify") { JournalVerifyCommand.description },
        Entry("journal", "rebuild-indexes") { JournalRebuildIndexesCommand.description },
        Entry("journal", "checkpoint") { JournalCheckpointCommand.description },
        Entry("journal", "prove") { JournalProveCommand.description },
        Entry("journal", "verify-proof") { JournalVerifyProofCommand.description },
        Entry("journal", "convert") { JournalConvertCommand.description },
        Entry("journal", "export") { JournalExportCommand.description },
        Entry("journal", "import") { JournalImportCommand.description },
        Entry("journal", "verify-bundle") { JournalVerifyBundleCommand.description },
        Entry("journal", "repair") { JournalRepairCommand.description },
        Entry("events", "append") { EventsAppendCommand.description },
        Entry("events", "read") { EventsReadCommand.description },
        Entry("events", "follow") { EventsFollowCommand.description },
        Entry("events", "verify") { EventsVerifyCommand.description },
        Entry("events", "seal") { EventsSealCommand.description },
        Entry("events", "count") { EventsCountCommand.description },
        Entry("keys", "init") { KeysInitCommand.description },
        Entry("keys", "mint") { KeysMintCommand.description },
        Entry("keys", "seal") { KeysSealCommand.description },
        Entry("keys", "open") { KeysOpenCommand.description },
        Entry("keys", "shred") { KeysShredCommand.description },
        Entry("keys", "rotate") { KeysRotateCommand.description },
        Entry("keys", "list") { KeysListCommand.description },
        Entry("keys", "verify-erasure") { KeysVerifyErasureCommand.description },
        Entry("lock", "run") { LockRunCommand.description },
        Entry("lock", "inspect") { LockInspectCommand.description },
        Entry("lock", "attest") { LockAttestCommand.description },
        Entry("lock", "takeover") { LockTakeoverCommand.description },
        Entry("platform", "observe") { PlatformObserveCommand.description },
        Entry("platform", "record") { PlatformRecordCommand.description },
        Entry("platform", "check") { PlatformCheckCommand.description },
        Entry("doctor") { DoctorCommand.description },
        Entry("report") { ReportCommand.description },
        Entry("crash", "explore") { CrashExploreCommand.description },
        Entry("help") { HelpCommand.description },
        Entry("completions") { CompletionsCommand.description },
        Entry("man") { ManCommand.description },
    ]

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

    private static let lockGroup = Group(
        name: "lock",
        summary: "locks between processes, and who holds them",
        discussion: [
            "A lock is held by a process and ends with it. Files beside a lock are evidence: a lock file or a marker that "
                + "is there does not mean that anybody holds the lock."
        ]
    )

    private static let platformGroup = Group(
        name: "platform",
        summary: "what the host and a directory really do",
        discussion: [
            "Durability rests on what mounts, disks and kernels do. It is tried here, and not taken from their names; a "
                + "profile keeps what was seen, and a store that is opened with it is refused on any other platform."
        ]
    )

    private static let crashGroup = Group(
        name: "crash",
        summary: "what a power cut does to a store",
        discussion: [
            "Stores are proved on a simulated disk whose rules are at most those of real ones. CrashTesting offers the "
                + "same for stores of your own."
        ]
    )
}
