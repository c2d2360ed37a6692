internal import CrashTesting
internal import FileSystemSeam
internal import KeyStore

/// The built-in workload that shows what a power cut does to a key store: one scope's keys are destroyed, and another
/// scope gets a key.
///
/// After every cut the store is opened, which goes on with what was begun. Then boxes of live scopes must open, boxes
/// of destroyed ones must not and must say so, acknowledged receipts must hold, and no file of an older generation may
/// be left.
enum KeyStoreCrashWorkload {
    private static let path = "/keys"
    private static let secrets = "/secrets"

    /// What was acknowledged.
    private enum Acknowledged: Equatable {
        case sealed(entity: String, box: [UInt8])
        case condemned(entity: String)
        case shredded(entity: String, receipt: [UInt8])
    }

    static func explore(_ explorer: CrashExplorer, progress: @escaping CrashProgress.Handler) throws -> CrashReport {
        try explorer.explore(prepare: prepare, progress: progress) {
            (fileSystem, acknowledge: (Acknowledged) -> Void) in
            let store = try open(fileSystem)
            defer { store.close() }
            for entity in ["gone", "kept"] { acknowledge(try sealed(entity, store)) }
            acknowledge(.condemned(entity: "gone"))
            let receipt = try store.shred(.entity("gone"), reason: "shown")
            acknowledge(.shredded(entity: "gone", receipt: receipt.bytes))
            acknowledge(try sealed("new", store))
        } recover: { fileSystem in
            (fileSystem, try open(fileSystem))
        } check: { recovered, acknowledged in
            defer { recovered.1.close() }
            if let complaint = complaint(about: recovered.1, recovered.0, acknowledged) {
                throw CheckFailure(complaint)
            }
        }
    }

    private static func prepare(_ fileSystem: any FileSystem) throws {
        _ = try fileSystem.openDirectory(secrets, creating: .ownerDirectory)
        let store = try open(fileSystem)
        for entity in ["gone", "kept"] { _ = try sealed(entity, store) }
        store.close()
    }

    private static func open(_ fileSystem: any FileSystem) throws(KeyStoreError) -> ScopedKeyStore {
        let root = RootKeyFile(in: secrets, fileSystem: fileSystem)
        return try ScopedKeyStore.open(path, root: root, fileSystem: fileSystem)
    }

    private static func sealed(_ entity: String, _ store: ScopedKeyStore) throws(KeyStoreError) -> Acknowledged {
        let bytes = Array(entity.utf8)
        let box = try store.seal(bytes, scope: .entity(entity), associatedData: bytes)
        return .sealed(entity: entity, box: box.bytes)
    }

    /// The promise that a recovered store breaks, in words; nil when it keeps all of them.
    private static func complaint(
        about store: ScopedKeyStore,
        _ fileSystem: any FileSystem,
        _ acknowledged: [Acknowledged]
    ) -> String? {
        do throws(KeyStoreError) {
            if store.isDirty { return "a destruction is not finished" }
            for answer in acknowledged {
                switch answer {
                case .condemned: continue
                case .sealed(let entity, let box):
                    let isCondemned = acknowledged.contains(.condemned(entity: entity))
                    let isShredded = acknowledged.contains {
                        if case .shredded(entity, _) = $0 { true } else { false }
                    }
                    switch try store.open(try SealedBox(parsing: box), associatedData: Array(entity.utf8)) {
                    case .plaintext(let bytes):
                        if isShredded { return "\(entity) was destroyed, and its box opens" }
                        if bytes != Array(entity.utf8) { return "the box of \(entity) holds something else" }
                    case .shredded:
                        if !isCondemned { return "\(entity) was destroyed, and nobody asked for it" }
                    }
                case .shredded(_, let receipt):
                    let verification = try store.verifyErasure(try ShredReceipt(parsing: receipt))
                    if !verification.isErased { return "a receipt does not hold: \(verification.findings)" }
                }
            }
            // A torn end of the journal was never acknowledged, and the next record is written over it.
            let findings = try ScopedKeyStore.survey(path, fileSystem: fileSystem).findings.filter {
                if case .tornJournal = $0 { false } else { true }
            }
            if !findings.isEmpty { return "the store's files are not as they should be: \(findings)" }
            return nil
        } catch {
            return "the recovered store gives no answer: \(error)"
        }
    }
}
