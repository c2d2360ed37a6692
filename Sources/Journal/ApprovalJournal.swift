internal import Canonical
public import FileSystemSeam
public import PlatformProfile

/// An approval-use journal: has this (grant, nonce) been consumed, how often, and may it be once more now?
///
///     let journal = ApprovalJournal(at: "approvals", fileSystem: PosixFileSystem.shared)
///     let use = ApprovalUse(
///         grantID: grant, grantDigest: grantDigest, nonceDigest: ApprovalJournal.nonceDigest(nonce),
///         actor: "agent://indexer", action: "catalog.rebuild", subject: "urn:catalog:eu/7")
///     let reservation = try journal.reserve(use, maximumUses: 1)
///
/// When ``reserve(_:maximumUses:perGrant:)`` or an append returns, its record is on stable storage (unless
/// ``JournalOptions/durability`` says otherwise) and linked into a chain of digests that
/// ``verifyIntegrity(anchor:note:trustedHubKeys:progress:)`` checks. Several processes may use one journal; appends
/// exclude each other by a lock on its directory, readers take no lock and never see a record that is not durable.
///
/// A handle may be used from several threads; those that append at the same time share one sync. Tasks use
/// ``AsyncApprovalJournal``, which blocks none of their threads. A handle holds a few descriptors between calls, and
/// looks before each use whether they still are what stands at the path.
public final class ApprovalJournal: Sendable {
    /// The journal's directory, as given.
    public let path: String
    /// How it was opened.
    public let options: JournalOptions
    let fileSystem: any FileSystem
    let storage: any JournalStorage
    package let group: GroupCommit
    let platform: PlatformAdmission

    /// Makes a handle. Nothing is touched until the first call; a directory that is not there is an empty
    /// journal to readers, and made by the first append.
    public init(at path: String, fileSystem: any FileSystem, options: JournalOptions = JournalOptions()) {
        self.path = path
        self.options = options
        self.fileSystem = fileSystem
        platform = PlatformAdmission(to: path, fileSystem, options)
        storage = DirectoryStorage(at: JournalPlace(path, fileSystem, options, platform: platform))
        group = GroupCommit(storage, clock: fileSystem)
    }

    /// What was seen of the platform when this handle was admitted to it; nil before its first write, with a profile
    /// before its first call that finds a journal. Nil for as long as a glance is enough: with neither a profile nor an
    /// observer, unless the policy is `.require` or `.exact`, or `statfs` does not decide. ``diagnostics(depth:)``
    /// looks.
    public var platformDiagnostics: PlatformDiagnostics? { platform.diagnostics }

    /// The layout of the journal that stands there; nil when there is none.
    ///
    /// - Throws: `.notAJournal`, `.unsupportedFormat` when something else stands there.
    public func format() throws(JournalError) -> JournalFormat? { try storage.format() }

    /// The digest under which a nonce is recorded: `sha256:` and the SHA-256 of its bytes, as they are.
    ///
    /// Nothing is trimmed: with a line feed behind it a nonce is another one, under which the use could be consumed
    /// once more. Take the line feed off what is read from a file that ends in one; `holdfast --nonce-file` hashes it
    /// without.
    public static func nonceDigest(_ nonce: [UInt8]) -> String { Digest(hashing: nonce).description }
}
