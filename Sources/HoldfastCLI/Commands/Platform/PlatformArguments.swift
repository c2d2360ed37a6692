internal import Canonical
internal import FileSystemSeam
internal import PlatformProfile

/// Arguments that the platform commands share, and how evidence is shown.
enum PlatformArguments {
    static let path = PositionalDescription(name: "PATH", kind: .directory, help: "the store's directory")

    /// What of the evidence is worth more than a capability.
    static func json(_ evidence: PlatformEvidence) -> JSONObject {
        var capabilities = JSONObject()
        for (field, value) in evidence.capabilities.sorted(by: { $0.key < $1.key }) {
            capabilities[field.rawValue] = .string(value)
        }
        var object: JSONObject = [
            "path": .string(evidence.path), "depth": .string(evidence.depth.rawValue),
            "capabilities": .object(capabilities), "durability_suspect": .bool(evidence.durabilitySuspect),
            "fingerprint": .string(HostProfile(evidence).fingerprint.description),
            "elapsed_nanoseconds": .integer(evidence.elapsedNanoseconds),
            "process_clock_epoch_marker_ns": .integer(evidence.processClockEpochMarkerNanoseconds),
        ]
        if let mount = evidence.mount.value {
            object["mount_options"] = .array(mount.options.map { .string($0) })
            object["available_bytes"] = .integer(mount.availableBytes)
        }
        if let host = evidence.host.value {
            object["kernel"] = .string("\(host.kernelName) \(host.kernelRelease)")
            object["architecture"] = .string(host.architecture)
            object["page_size_bytes"] = .integer(host.pageSizeBytes)
            object["clock_resolution_nanoseconds"] = .integer(host.clockResolutionNanoseconds)
            object["lockable_bytes"] = .integer(host.lockableBytes)
            object["hides_from_dumps"] = .bool(host.hidesFromDumps)
            object["wipes_on_fork"] = .bool(host.wipesOnFork)
            object["boot_id"] = .string(host.bootID)
            object["clock_source"] = .string(host.clockSource)
            object["container"] = .string(host.container)
        }
        if let writesBack = evidence.deviceWritesBack.value { object["device_writes_back"] = .bool(writesBack) }
        for (name, time) in times(evidence) {
            if let time = time.value { object["\(name)_nanoseconds"] = .integer(time) }
        }
        return object
    }

    static func times(_ evidence: PlatformEvidence) -> [(name: String, Evidence<UInt64>)] {
        [
            ("sync_file", evidence.sync.file), ("sync_data", evidence.sync.data),
            ("sync_barrier", evidence.sync.barrier),
            ("sync_directory", evidence.sync.directory),
        ]
    }

    /// Differences as JSON.
    static func json(_ deltas: [ProfileDelta]) -> JSONValue {
        .array(
            deltas.map { delta in
                .object([
                    "field": .string(delta.field), "expected": .string(delta.expected),
                    "observed": .string(delta.observed), "class": .string(delta.kind.rawValue),
                    "severity": .string(delta.severity.rawValue), "remedy": .string(delta.remedy),
                ])
            }
        )
    }
}

extension CommandContext {
    /// Looks at PATH.
    ///
    /// - Throws: a missing-input failure when there is nothing.
    func observePlatform(_ depth: ProbeDepth) throws(CommandFailure) -> PlatformEvidence {
        guard let path = arguments.positional("PATH") else { preconditionFailure("PATH is described as required") }
        let evidence = PlatformObserver(fileSystem).observe(path, depth: depth)
        if evidence.pathStatus == .missing {
            throw .missing("there is no directory \(Printable.quoted(path, maximum: 200)); check the path")
        }
        return evidence
    }

    /// Tells what is wanting, and what makes durability doubtful.
    func warn(of evidence: PlatformEvidence) {
        for delta in AdmissionPolicy.warn.judge(evidence).warnings {
            console.writeDiagnostic("warning: \(Printable.escaped("\(delta)"))")
        }
    }
}

extension CommandFailure {
    /// What is wrong with a platform or a profile.
    init(_ error: PlatformError) {
        self.init(
            exitCode: .malformedInput,
            code: error.code,
            message: Printable.escaped(error.description)
        )
        switch error {
        case .invalid(let path, let reason):
            fields = ["path": .string(path), "reason": .string(reason.code)]
            if reason == .missing { exitCode = .missingInput }
        case .mismatch(let path, let deltas), .unfit(let path, let deltas):
            exitCode = .refused
            fields = ["path": .string(path), "differences": PlatformArguments.json(deltas)]
        case .unconfirmed(let path, _):
            exitCode = .refused
            fields = ["path": .string(path)]
        }
    }
}
