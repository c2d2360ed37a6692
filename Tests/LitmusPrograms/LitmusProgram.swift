package import FileSystemSeam

/// A small program with the exact list of what each model lets survive when the power is cut after it.
package struct LitmusProgram: Sendable, CustomStringConvertible {
    /// What it does, in a few words; its name.
    package var description: String
    /// Brings the directory to the state in which the program starts; that state is durable.
    package var prepare: @Sendable (any Directory) throws -> Void = { _ in }
    /// The program.
    package var run: @Sendable (any Directory) throws -> Void
    /// What may survive, as ``describe(_:_:)`` tells it, by model name; `posixMinimal` speaks for models that are
    /// not listed.
    package var outcomes: [String: Set<String>]

    /// What may survive under a model.
    package func expected(_ model: String) -> Set<String> {
        outcomes[model] ?? outcomes["posixMinimal"] ?? []
    }
}
