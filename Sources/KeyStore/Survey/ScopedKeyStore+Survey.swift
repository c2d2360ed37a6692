internal import Canonical
public import FileSystemSeam

extension ScopedKeyStore {
    /// How finely an existing store keeps its keys apart, as its checkpoint says: what
    /// ``open(_:granularity:root:highWater:fileSystem:options:)`` has to be given, and then verifies.
    ///
    /// - Throws: `.keysetMissing` when there is no checkpoint; `.corrupt`, `.unsupportedVersion`, `.io`.
    public static func granularity(
        of path: String,
        fileSystem: any FileSystem
    ) throws(KeyStoreError) -> KeyGranularity {
        let bytes: [UInt8]
        do throws(FileSystemError) {
            let directory = try fileSystem.openDirectory(path)
            defer { try? directory.close() }
            let file = try directory.open(KeysetFiles.keyset, .read, permissions: .ownerFile)
            defer { try? file.close() }
            bytes = try file.read(exactly: 11, at: 0) ?? []
        } catch  where error.code == .noEntry {
            throw .keysetMissing(path: path, evidence: "a store was expected there")
        } catch {
            throw .io(error, file: error.operation == .openDirectory ? path : KeysetFiles.keyset)
        }
        guard bytes.starts(with: KeysetHeader.magic) else {
            throw .corrupt(file: KeysetFiles.keyset, byteOffset: 0, reason: "it does not begin as a keyset")
        }
        var reader = ByteReader(bytes, at: KeysetHeader.magic.count)
        let version: UInt16 = reader.integer()
        if version != KeysetHeader.version { throw .unsupportedVersion(file: KeysetFiles.keyset, version: version) }
        guard let granularity = KeyGranularity(rawValue: reader.integer()) else {
            throw .corrupt(file: KeysetFiles.keyset, byteOffset: 10, reason: "unknown granularity")
        }
        return granularity
    }

    /// Looks a store over without its root key. Changes nothing and takes no lock; when somebody writes meanwhile, it
    /// looks again.
    ///
    /// - Throws: `.keysetMissing`, `.corrupt`, `.unsupportedVersion` when the checkpoint cannot be used; `.io`.
    /// - Complexity: O(*n*) in the number of keys and receipts.
    public static func survey(_ path: String, fileSystem: any FileSystem) throws(KeyStoreError) -> KeysetSurvey {
        let directory: any Directory
        do throws(FileSystemError) {
            directory = try fileSystem.openDirectory(path)
        } catch  where error.code == .noEntry {
            throw .keysetMissing(path: path, evidence: "a store was expected there")
        } catch {
            throw .io(error, file: path)
        }
        defer { try? directory.close() }
        let look = KeysetLook(path: path, directory: directory)
        for _ in 1..<4 {
            let before = try look.identity()
            do throws(KeyStoreError) {
                let survey = try look.survey()
                if survey.findings.isEmpty { return survey }
                // A checkpoint that was published meanwhile explains anything.
                if try look.identity() == before { return survey }
            } catch {
                if try look.identity() == before { throw error }
            }
        }
        return try look.survey()
    }
}
