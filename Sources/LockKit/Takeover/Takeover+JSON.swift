public import Canonical
internal import FileSystemSeam

extension Takeover: CanonicalEncodable {
    /// Writes the members; the bytes stand at ``Takeover``. ``init(reading:form:)`` is the inverse.
    public func encode(to writer: inout CanonicalWriter) {
        writer.beginObject()
        writer.member("lock_id", lockID)
        writer.member("marker_digest", markerDigest.description)
        writer.member("device", String(identity.device))
        writer.member("inode", String(identity.inode))
        writer.key("stale_owner")
        if let staleOwner {
            writer.beginObject()
            writer.member("header", staleOwner.header)
            for line in staleOwner.lines { writer.member(line.key, line.value) }
            for line in staleOwner.comparable.otherLines {
                // Bytes, not characters: an equals sign is one whatever combines with it.
                guard let equals = line.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
                writer.member(String(line[..<equals]), String(line[line.utf8.index(after: equals)...]))
            }
            writer.endObject()
        } else {
            writer.null()
        }
        writer.member("observed_epoch", String(observedEpoch))
        writer.key("new_owner")
        writer.beginObject()
        writer.member("deployment_id", newOwner.deploymentID)
        writer.member("operator_principal_id", newOwner.operatorPrincipalID)
        writer.member("host", newOwner.host)
        writer.endObject()
        writer.member("operator_key", operatorKey)
        writer.member("reason", reason)
        writer.member("issued_at", issuedAt.description)
        writer.member("not_after", notAfter.description)
        writer.member("nonce", nonce)
        writer.endObject()
    }

    private static let memberNames: Set<String> = [
        "lock_id", "marker_digest", "device", "inode", "stale_owner", "observed_epoch", "new_owner", "operator_key",
        "reason", "issued_at", "not_after", "nonce",
    ]

    /// Reads the members, which must be all there and no others; the bytes stand at ``Takeover``.
    ///
    /// - Throws: `.malformedTakeover`.
    init(reading value: JSONValue, form: MarkerForm) throws(LockError) {
        let reader = TakeoverReader(value)
        guard let object = value.object else { throw .malformedTakeover(reason: "the payload is not an object") }
        for member in object.members where !Self.memberNames.contains(member.key) {
            throw .malformedTakeover(reason: "the payload has the unknown member \"\(member.key)\"")
        }
        self.init(
            lockID: try reader.text("lock_id"),
            markerDigest: try reader.digest("marker_digest"),
            identity: FileIdentity(device: try reader.number("device"), inode: try reader.number("inode")),
            staleOwner: try Self.marker(value["stale_owner"], form),
            observedEpoch: try reader.number("observed_epoch"),
            newOwner: try Self.owner(value["new_owner"]),
            operatorKey: try reader.text("operator_key"),
            reason: try reader.text("reason"),
            issuedAt: try reader.time("issued_at"),
            notAfter: try reader.time("not_after"),
            nonce: try reader.text("nonce")
        )
    }

    private static func owner(_ value: JSONValue?) throws(LockError) -> TakeoverOwner {
        guard let value else { throw .malformedTakeover(reason: "new_owner is missing") }
        let reader = TakeoverReader(value)
        return TakeoverOwner(
            deploymentID: try reader.text("deployment_id"),
            operatorPrincipalID: try reader.text("operator_principal_id"),
            host: try reader.text("host")
        )
    }

    private static func marker(_ value: JSONValue?, _ form: MarkerForm) throws(LockError) -> LockMarker? {
        switch value {
        case .null?: return nil
        case .object(let object)?:
            var text = ""
            for member in object.members {
                guard let line = member.value.string else {
                    throw .malformedTakeover(reason: "stale_owner.\(member.key) is not a string")
                }
                if member.key == "header" {
                    text = "\(line)\n" + text
                } else {
                    text += "\(member.key)=\(line)\n"
                }
            }
            do {
                return try LockMarker(parsing: Array(text.utf8), form: form).comparable
            } catch {
                throw .malformedTakeover(reason: "stale_owner is no marker: \(error.reason)")
            }
        default: throw .malformedTakeover(reason: "stale_owner is neither an object nor null")
        }
    }
}

extension LockMarker {
    /// The marker as a JSON object can hold it: its object has no order, and `header` is the first line's member, not
    /// another tool's. The digest of the bytes covers the rest.
    var comparable: LockMarker {
        var marker = self
        marker.otherLines = otherLines.filter { !$0.utf8.starts(with: "header=".utf8) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return marker
    }
}

/// Reads the string members of an object.
struct TakeoverReader {
    private let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    func text(_ name: String) throws(LockError) -> String {
        guard let text = value[name]?.string else {
            throw .malformedTakeover(reason: "\(name) is missing or not a string")
        }
        return text
    }

    func number(_ name: String) throws(LockError) -> UInt64 {
        let text = try text(name)
        // One number has one spelling: what was signed is what is compared.
        guard let number = UInt64(text), String(number) == text else {
            throw .malformedTakeover(reason: "\(name) is not a whole number")
        }
        return number
    }

    func digest(_ name: String) throws(LockError) -> Digest {
        do {
            return try Digest(parsing: text(name))
        } catch let error as DigestError {
            throw .malformedTakeover(reason: "\(name): \(error)")
        } catch let error as LockError {
            throw error
        } catch {
            throw .malformedTakeover(reason: "\(name): \(error)")
        }
    }

    func time(_ name: String) throws(LockError) -> Timestamp {
        let text = try text(name)
        do {
            return try Timestamp(parsing: text)
        } catch {
            throw .malformedTakeover(reason: "\(name): \(error)")
        }
    }
}
