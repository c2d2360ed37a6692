public import Canonical

/// What a marker file calls itself.
public struct MarkerForm: Sendable, Hashable {
    /// The first line.
    public var header: String
    /// The value of `scope`.
    public var scope: String
    /// The marker's usual name.
    public var name: String

    /// Makes a form, for locks of other purposes.
    ///
    /// - Parameters:
    ///   - header: not empty, without control characters and without `=`.
    ///   - scope: without control characters.
    ///   - name: one path component.
    public init(header: String, scope: String, name: String) {
        self.header = header
        self.scope = scope
        self.name = name
    }

    /// The marker of the lock that is held while the active store is restored.
    public static let restoreActiveStore = MarkerForm(
        header: "cortex-restore-active-store-lock-v1",
        scope: "production",
        name: ".cortex-restore-active-store.lock"
    )
}

/// Who asks for a ``MarkerLock``, and what for.
public struct MarkerRequest: Sendable, Hashable {
    /// The deployment whose store is locked.
    public var deploymentID: String
    /// The operator on whose behalf.
    public var operatorPrincipalID: String
    /// The BLAKE3 digest of what is intended.
    public var restoreIntent: Digest

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - deploymentID: without control characters.
    ///   - operatorPrincipalID: without control characters.
    ///   - restoreIntent: a BLAKE3 digest.
    public init(deploymentID: String, operatorPrincipalID: String, restoreIntent: Digest) {
        self.deploymentID = deploymentID
        self.operatorPrincipalID = operatorPrincipalID
        self.restoreIntent = restoreIntent
    }
}
