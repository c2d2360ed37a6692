public import Canonical
internal import FileSystemSeam

extension CrashReport: CanonicalEncodable {
    /// Writes one object, its members in a fixed order:
    /// `{"model":…,"mode":…,"statistics":{…},"workload_error":…,"findings":[{…}],"operations":[…]}`.
    public func encode(to writer: inout CanonicalWriter) {
        writer.beginObject()
        writer.member("model", model)
        writer.member("mode", statistics.mode)
        writer.member("statistics", statistics)
        writer.member("workload_error", workloadError.map { "\($0)" })
        writer.key("findings")
        writer.beginArray()
        for finding in findings { writer.value(finding) }
        writer.endArray()
        writer.member("operations", operations.map(\.description))
        writer.endObject()
    }

    /// The report as one JSON object in the order of ``encode(to:)``; without `workload_error` when there is none.
    public var json: String {
        do throws(CanonicalError) {
            return String(decoding: try canonicalBytes(.declared), as: UTF8.self)
        } catch {
            // Texts, whole numbers and finite doubles under keys spelled out here.
            preconditionFailure("a report has no JSON form: \(error)")
        }
    }
}

extension CrashStatistics: CanonicalEncodable {
    /// Writes one object with every count.
    public func encode(to writer: inout CanonicalWriter) {
        writer.beginObject()
        writer.member("operations", operations)
        writer.member("micro_operations", microOperations)
        writer.member("crash_points", crashPoints)
        writer.member("exhaustive_points", exhaustivePoints)
        writer.member("bounded_points", boundedPoints)
        writer.member("sampled_points", sampledPoints)
        writer.member("recovery_points", recoveryPoints)
        writer.member("bounded_recovery_points", boundedRecoveryPoints)
        writer.member("sampled_recovery_points", sampledRecoveryPoints)
        writer.member("states", states)
        writer.member("runs", runs)
        writer.member("recognised", recognised)
        writer.member("failed_states", failedStates)
        writer.member("stops_early", stopsEarly)
        writer.member("seen_set_bytes", seenSetBytes)
        writer.member("seen_set_is_full", seenSetIsFull)
        writer.member("seconds", seconds)
        writer.member("states_per_second", Int(statesPerSecond))
        writer.endObject()
    }
}

extension CrashFinding: CanonicalEncodable {
    /// Writes one object; the token as text.
    public func encode(to writer: inout CanonicalWriter) {
        writer.beginObject()
        writer.member("message", message)
        writer.member("sentence", sentence)
        writer.member("missing", missing)
        writer.member("crash", crash)
        writer.member("acknowledged", acknowledged)
        writer.member("token", token.description)
        writer.key("steps")
        Self.encode(steps, to: &writer)
        writer.key("recovery_steps")
        Self.encode(recoverySteps, to: &writer)
        writer.endObject()
    }

    private static func encode(_ steps: [Step], to writer: inout CanonicalWriter) {
        writer.beginArray()
        for step in steps {
            writer.beginObject()
            writer.member("operation", step.operation)
            writer.member("title", step.title)
            writer.member("cell", step.cell)
            writer.member("survived", step.survived)
            writer.member("durable", step.isDurable)
            writer.endObject()
        }
        writer.endArray()
    }
}
