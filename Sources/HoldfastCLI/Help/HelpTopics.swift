/// What help says beyond single commands.
package enum HelpTopics {
    /// One topic of `holdfast help`.
    struct Topic: Sendable {
        /// The word that selects it.
        var name: String
        /// What it is about, without a full stop.
        var summary: String
        /// The text.
        var blocks: [Block]
    }

    /// A piece of a topic.
    enum Block: Sendable {
        case paragraph(String)
        case definitions([(term: String, meaning: String)])
    }

    /// What the program is, in a few words.
    static let summary = "local state that survives crashes, contention and tampering"

    /// The words that select topics.
    package static let names = all.map(\.name)

    /// All topics, in the order help lists them.
    static let all = [exitCodes, formats, durability, json]

    /// The topic's lines.
    static func lines(_ topic: Topic, width: Int, style: TextStyle) -> [String] {
        var lines = [style.heading("\(topic.name) — \(topic.summary)")]
        for block in topic.blocks {
            lines.append("")
            switch block {
            case .paragraph(let text): lines += TextWrapping.lines(text, width: width)
            case .definitions(let rows): lines += TextWrapping.definitions(rows, width: width)
            }
        }
        return lines
    }

    private static let exitCodes = Topic(
        name: "exit-codes",
        summary: "what the exit code of a command says",
        blocks: [
            .definitions(ExitCode.allCases.map { (term: String($0.rawValue), meaning: $0.meaning) }),
            .paragraph(
                "Every code but 0 comes with a line \"error: …\" on standard error, or, for verify, verify-bundle, check, "
                    + "platform check, verify-erasure, doctor, repair and crash explore, with the verdict on standard output. The "
                    + "meaning of a code never changes, so a script may rely on it. When the reader of a pipe goes "
                    + "away early, the command ends quietly with the code it would have had. lock run ends with the "
                    + "code of the command that it ran."
            ),
        ]
    )

    private static let formats = Topic(
        name: "formats",
        summary: "what is read and written",
        blocks: [
            .definitions([
                ("jcs", "canonical JSON of RFC 8785: keys sorted, numbers as ECMAScript prints them"),
                ("declared", "compact JSON with the members in the order of the input; integers exact to 64 bits"),
                ("digest", "sha256: or blake3: and 64 lower-case hexadecimal digits"),
                ("time", "RFC 3339, as in 2026-05-01T08:00:00Z"),
                ("segments", "a journal with many records a file, one a line: the layout of new journals"),
                ("json-records", "a journal with one pretty-printed JSON file a record"),
                (
                    "event",
                    "one JSON object a line in events.jsonl, shared with other tools; members of unknown types stay"
                ),
            ]),
            .paragraph(
                "JSON input is read strictly: UTF-8 without a byte-order mark, no key twice in an object, no lone "
                    + "surrogates, no comments or trailing commas, at most 512 levels deep. Input that is parsed may "
                    + "have \(InputLimits.jsonDescription); digest without --canonical reads input of any length in "
                    + "pieces."
            ),
            .paragraph(
                "What follows -- is no option, whatever it begins with; --name=VALUE passes on any value, also one that does. "
                    + "A file argument of - or none at all is standard input; /dev/fd/N is the open descriptor N. A bundle, "
                    + "which is read twice, and a root key have to be files. Symbolic links are not followed in the "
                    + "place of a file, nor inside of a store: give the path it points to, or redirect the file. DIR may be one. A nonce is read from a file or a descriptor, "
                    + "never from the command line, and hashed without a final newline. So is a passphrase."
            ),
            .paragraph(
                "Keys that sign checkpoints, seals and decisions are Ed25519 in PEM: openssl genpkey -algorithm ed25519 -out hub.pem "
                    + "makes one, and openssl pkey -in hub.pem -pubout -out hub.pub gives its public key, which --trusted-key takes. "
                    + "Hand that out yourself: one that is found beside what it signed proves nothing."
            ),
        ]
    )

    private static let durability = Topic(
        name: "durability",
        summary: "what is safe when a command returns",
        blocks: [
            .paragraph(
                "When reserve or revoke ends with code 0, the record is on stable storage: it survives the death of "
                    + "the process and a loss of power. When it ends with another code, nothing was added, unless the "
                    + "error says so. With code 74 it may: outcome_unknown means that writing failed after it had begun, so that the "
                    + "record may stand and count; an error while printing the result means that it stands."
            ),
            .paragraph(
                "When events append ends with code 0, its events survive the death of the process; with --durability "
                    + "every they survive a loss of power as well. Code 74 may mean that a part of a batch is "
                    + "appended; the error says how much. Sealing a log makes all of it durable."
            ),
            .paragraph(
                "When journal reserve was interrupted and nobody saw its exit code, or its outcome is unknown, repeat it with the same "
                    + "--idempotency-key: the use that was recorded is then returned and not counted again. The first call must have "
                    + "had the key, too. No other command has one: there holdfast journal repair --yes makes durable what stands, and "
                    + "journal list shows it. An event that is appended again stands twice, with two numbers: give it an event_id of your own, "
                    + "by which readers tell that it is one."
            ),
            .paragraph(
                "Writers take turns under a lock and wait for --timeout seconds; readers take no lock. Heads and "
                    + "indexes are caches that are checked against the records. Removing them loses no record, but "
                    + "they are also what shows that the newest record was removed. What a copy of an older state "
                    + "replaced can only be noticed with an anchor: keep the output of journal head --json elsewhere "
                    + "and pass it to journal verify --anchor. A note of journal checkpoint, passed to --note, does as well."
            ),
        ]
    )

    private static let json = Topic(
        name: "json",
        summary: "the output of --json",
        blocks: [
            .paragraph(
                "With --json a command prints one JSON object in the canonical form of RFC 8785 and a line feed. "
                    + "Members are named in snake_case; those without a value are left out. journal list, "
                    + "journal uses, events read and events follow print one stored line a line instead, and keys "
                    + "list one key a line. report --out - prints the page, and lock run what its command prints. "
                    + "Bytes, such as boxes, are in base64url without padding."
            ),
            .paragraph(
                "An error prints {\"error\":{\"code\":…,\"message\":…}} on standard output, with further members where "
                    + "they help a script, besides the line on standard error. The code is a stable word such as "
                    + "uses_exhausted; the message is for people and may change."
            ),
        ]
    )
}
