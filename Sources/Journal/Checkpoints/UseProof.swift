public import Canonical
public import Signing

/// A record, the checkpoint above it, and what connects them: all that it takes to see, without the journal, that the
/// record is one of those that the checkpoint sums up.
///
/// As JSON, the hashes from the leaf to the root:
///
///     {"kind":"approval-use-proof","version":"v1",
///      "record":{"index":5,"bytes":"{\"type\":\"treeship/approval-use/v1\",…}"},
///      "inclusion":{"leaf_index":4,"tree_size":9,"hashes":["sha256:…","sha256:…","sha256:…","sha256:…"]},
///      "checkpoint":"{\"type\":\"treeship/journal-checkpoint/v1\",…}"}
///
/// Record and checkpoint are texts and not objects, so that whoever passes a proof on cannot reorder what was hashed.
public struct UseProof: Sendable, Hashable {
    /// The record's place in the journal.
    public let recordIndex: UInt64
    /// The record's stored members on one line.
    public let recordBytes: [UInt8]
    /// Where the record stands in the checkpoint's tree.
    public let inclusion: InclusionProof
    /// The checkpoint's stored members on one line.
    public let checkpointBytes: [UInt8]

    private static let kind = "approval-use-proof"
    private static let version = "v1"

    init(record: StoredRecord, inclusion: InclusionProof, checkpoint: StoredRecord) {
        recordIndex = record.index
        recordBytes = record.compactBytes
        self.inclusion = inclusion
        checkpointBytes = checkpoint.compactBytes
    }

    /// What a proof showed.
    public struct Finding: Sendable, Hashable {
        /// The use.
        public let use: ApprovalUse
        /// What it is under.
        public let checkpoint: JournalCheckpoint
        /// What the checkpoint's signature is worth; a proof under a checkpoint that nobody trusted signed shows only
        /// that the two belong together.
        public let hub: HubVerdict
    }

    /// Checks everything: both digests, the place in the tree, the root, the hub's signature.
    ///
    /// - Parameter trusted: whose checkpoints count.
    /// - Throws: ``UseProofError`` that names the first thing that does not hold. A signature by nobody trusted is not
    ///   an error but in ``Finding/hub``.
    public func verify(trusting trusted: [VerifyingKey] = []) throws(UseProofError) -> Finding {
        let use: ApprovalUse
        let checkpoint: JournalCheckpoint
        do throws(RecordError) {
            use = try ApprovalUse(parsing: recordBytes)
        } catch {
            throw .malformed("record", "\(error)")
        }
        do throws(RecordError) {
            checkpoint = try JournalCheckpoint(parsing: checkpointBytes)
        } catch {
            throw .malformed("checkpoint", "\(error)")
        }
        try Self.checkType("record", use.type, .approvalUse)
        try Self.checkType("checkpoint", checkpoint.type, .journalCheckpoint)
        try Self.check("record", recordBytes, use.recordDigest)
        try Self.check("checkpoint", checkpointBytes, checkpoint.recordDigest)
        let (index, overflow) = checkpoint.fromRecordIndex.addingReportingOverflow(inclusion.leafIndex)
        guard !overflow, index == recordIndex, checkpoint.size == inclusion.treeSize, checkpoint.covers(index) else {
            throw .doesNotFit("the checkpoint does not sum up record \(recordIndex) at the place that is claimed")
        }
        guard let root = try? Digest(parsing: checkpoint.merkleRoot) else {
            throw .malformed("checkpoint", "its merkle_root is no digest")
        }
        do throws(MerkleProofError) {
            try inclusion.verify(leaf: MerkleHash.leaf(recordBytes), root: root)
        } catch {
            throw .doesNotFit("\(error)")
        }
        return Finding(use: use, checkpoint: checkpoint, hub: checkpoint.hubVerdict(trusting: trusted))
    }

    /// Only its type keeps a record of one kind from being read as one of another.
    private static func checkType(_ what: String, _ type: String, _ kind: RecordKind) throws(UseProofError) {
        if type != kind.typeName { throw .malformed(what, "its type is \"\(type)\", not \"\(kind.typeName)\"") }
    }

    private static func check(_ what: String, _ bytes: [UInt8], _ stored: String) throws(UseProofError) {
        guard let document = try? JSONDocument(parsing: bytes, options: JSONOptions(integers: .exact64)),
            let digest = try? Digest(parsing: stored)
        else { throw .malformed(what, "its record_digest is no digest") }
        let recomputed = JournalRecord.digest(ofStored: document)
        guard digest.matches(recomputed) else {
            throw .doesNotFit("the \(what) was altered: it carries \(stored), and has \(recomputed)")
        }
    }
}

/// Why a proof proves nothing.
public enum UseProofError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A part cannot be read.
    case malformed(String, String)
    /// The parts do not belong together.
    case doesNotFit(String)

    /// One sentence.
    public var description: String {
        switch self {
        case .malformed(let part, let reason): "the proof's \(part) cannot be read: \(reason)"
        case .doesNotFit(let reason): "the proof does not hold: \(reason)"
        }
    }
}

extension UseProof: CanonicalEncodable {
    /// Writes the JSON that stands at ``UseProof``.
    public func encode(to writer: inout CanonicalWriter) {
        writer.beginObject()
        writer.member("kind", Self.kind)
        writer.member("version", Self.version)
        writer.key("record")
        writer.beginObject()
        writer.member("index", recordIndex)
        writer.member("bytes", String(decoding: recordBytes, as: UTF8.self))
        writer.endObject()
        writer.key("inclusion")
        writer.beginObject()
        writer.member("leaf_index", inclusion.leafIndex)
        writer.member("tree_size", inclusion.treeSize)
        writer.member("hashes", inclusion.hashes.map(\.description))
        writer.endObject()
        writer.member("checkpoint", String(decoding: checkpointBytes, as: UTF8.self))
        writer.endObject()
    }

    /// Reads a proof, to be verified; the inverse of its encoding.
    ///
    /// - Throws: ``UseProofError/malformed(_:_:)`` with the member.
    public init(parsing bytes: [UInt8]) throws(UseProofError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes, options: JSONOptions(integers: .exact64))
        } catch {
            throw .malformed("JSON", "\(error)")
        }
        guard value["kind"]?.string == Self.kind else { throw .malformed("kind", "it is not \(Self.kind)") }
        guard value["version"]?.string == Self.version else {
            throw .malformed("version", "this version reads \(Self.version) only")
        }
        func number(_ part: String, _ name: String) throws(UseProofError) -> UInt64 {
            guard case .number(.unsigned(let number))? = value[part]?[name] else {
                throw .malformed("\(part).\(name)", "it is no whole number")
            }
            return number
        }
        guard let record = value["record"]?["bytes"]?.string, let checkpoint = value["checkpoint"]?.string,
            let texts = value["inclusion"]?["hashes"]?.array
        else { throw .malformed("members", "record.bytes, inclusion.hashes or checkpoint is missing") }
        var hashes: [Digest] = []
        for text in texts {
            guard let text = text.string, let digest = try? Digest(parsing: text) else {
                throw .malformed("inclusion.hashes", "an element is no digest")
            }
            hashes.append(digest)
        }
        recordIndex = try number("record", "index")
        recordBytes = Array(record.utf8)
        checkpointBytes = Array(checkpoint.utf8)
        inclusion = InclusionProof(
            leafIndex: try number("inclusion", "leaf_index"),
            treeSize: try number("inclusion", "tree_size"),
            hashes: hashes
        )
    }
}
