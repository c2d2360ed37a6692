internal import Canonical
internal import FileSystemSeam
internal import LockKit

/// `holdfast lock inspect`: who holds a lock?
enum LockInspectCommand {
    static let description = CommandDescription(
        path: ["lock", "inspect"],
        summary: "say whether a lock is held, and by whom",
        discussion: [
            "Nothing is changed. For a marker lock the states are idle, held, stale (nobody holds the lock, and a marker "
                + "stands), in_transition (held, and no marker stands yet or any more, or one of a process that does not hold "
                + "the lock) and foreign (the marker's owner is on another host or in another process-id namespace). Whether "
                + "the lock is held is what the kernel says, whatever the marker says. Whether the owner's process runs "
                + "(running, gone or unknown) is what the process table says; of a marker that does not tell its process-id "
                + "namespace that is unknown.",
            "A directory stands for the marker lock in it, when the marker of a store that is being restored "
                + "(\(MarkerForm.restoreActiveStore.name)), its companion or its epoch file is there; otherwise for the lock that lock run takes on the "
                + "directory itself. A path is that of a marker when a companion PATH.flock or a marker stands there; otherwise "
                + "it is a lock file as lock run uses them.",
        ],
        positionals: [LockArguments.path],
        examples: [
            Example(words: ["lock", "inspect", "/run/lock/backup", "--json"], note: "is the lock held, and by whom?")
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the state was found out, whichever it is"), LockArguments.missingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let marker = context.markerLock()
        if try isMarker(context, marker) {
            let inspection = try context.locking { () throws(LockError) in try marker.inspect() }
            show(inspection, marker, context)
        } else {
            let lock = context.fileLock()
            let inspection = try context.locking { () throws(LockError) in try lock.inspect() }
            show(inspection, context)
        }
        return .done
    }

    /// Whether PATH means a marker lock.
    private static func isMarker(_ context: CommandContext, _ lock: MarkerLock) throws(CommandFailure) -> Bool {
        if context.isLockPathDirectory, let directory = try? context.fileSystem.openDirectory(context.lockPath) {
            defer { try? directory.close() }
            let name = lock.options.form.name
            // What cannot be looked at is for the marker lock to say.
            return ["", ".flock", ".epoch"].contains { (try? directory.exists(name + $0)) ?? true }
        }
        let companion = FileLock(at: lock.path + ".flock", fileSystem: context.fileSystem)
        let exists = try context.locking { () throws(LockError) in try companion.exists() }
        // What stands there and is no file is for the file lock to refuse.
        let found = try? lock.readMarker()
        return exists || found?.marker != nil
    }

    private static func show(_ inspection: FileLockInspection, _ context: CommandContext) {
        let state = inspection.mode == nil ? "idle" : "held"
        if context.wantsJSON {
            var object: JSONObject = [
                "kind": .string(context.isLockPathDirectory ? "directory" : "file"), "path": .string(context.lockPath),
                "state": .string(state),
                "held": .bool(inspection.mode != nil), "holders": holders(inspection.holders),
            ]
            if let mode = inspection.mode { object["mode"] = .string(mode == .shared ? "shared" : "exclusive") }
            return context.console.write(json: object)
        }
        let mode = inspection.mode.map { $0 == .shared ? ", shared" : ", exclusively" } ?? ""
        context.console.writeLine("state:    \(state)\(mode)")
        showHolders(inspection.holders, context)
    }

    private static func show(_ inspection: LockInspection, _ lock: MarkerLock, _ context: CommandContext) {
        if context.wantsJSON { return context.console.write(json: object(inspection, lock)) }
        let console = context.console
        let style = console.outputStyle
        let state = inspection.state.rawValue.split(separator: "_").joined(separator: " ")
        let isGood = inspection.state == .idle || inspection.state == .held
        console.writeLine("state:    \(isGood ? style.good(state) : style.notable(state))")
        console.writeLine("held:     \(inspection.isHeld ? "yes" : "no")")
        showHolders(inspection.holders, context)
        if let evidence = inspection.marker {
            console.writeLine("marker:   \(Printable.escaped(lock.path))")
            console.writeLine("owner:    \(Printable.escaped(evidence.ownerDescription))")
            console.writeLine("process:  \(inspection.owner.rawValue)")
            if let reason = evidence.marker?.preservedReason {
                console.writeLine("kept for: \(Printable.escaped(reason))")
            }
        }
        if let epoch = inspection.epoch {
            console.writeLine("epoch:    \(epoch)")
        } else {
            console.writeLine("epoch:    unknown, since the epoch file cannot be read")
        }
        // It is counted before a marker is written: whoever moves this one away makes the epoch file follow it, and may not
        // move it where that cannot be read.
        if let claimed = inspection.marker?.marker?.epoch, claimed > inspection.epoch ?? 0 {
            console.writeLine("claimed:  epoch \(claimed), which the epoch file does not know")
        }
    }

    private static func showHolders(_ holders: [Int32], _ context: CommandContext) {
        if holders.isEmpty { return }
        let list = holders.map { String($0) }.joined(separator: ", ")
        context.console.writeLine("held by:  process \(list)")
    }

    private static func object(_ inspection: LockInspection, _ lock: MarkerLock) -> JSONObject {
        var object: JSONObject = [
            "kind": .string("marker"), "path": .string(lock.path), "state": .string(inspection.state.rawValue),
            "held": .bool(inspection.isHeld), "holders": holders(inspection.holders),
        ]
        if let epoch = inspection.epoch { object["epoch"] = .integer(epoch) }
        guard let evidence = inspection.marker else { return object }
        object["owner_process"] = .string(inspection.owner.rawValue)
        object["foreign"] = .bool(evidence.isForeign)
        object["marker_digest"] = .string(evidence.digest.description)
        object["device"] = .integer(evidence.identity.device)
        object["inode"] = .integer(evidence.identity.inode)
        if let marker = evidence.marker { object["owner"] = .object(marker.json) }
        if let error = evidence.syntaxError { object["marker_error"] = .string("\(error)") }
        return object
    }

    private static func holders(_ holders: [Int32]) -> JSONValue { .array(holders.map { .integer(Int($0)) }) }
}
