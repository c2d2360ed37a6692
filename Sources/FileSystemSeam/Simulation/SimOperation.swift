/// One line of a simulated disk's trace: a seam operation and how it ended.
public struct SimOperation: Sendable, Hashable, CustomStringConvertible {
    /// Its number on the disk, counted from 1.
    public var number: Int
    /// The simulated process that did it.
    public var process: Int32
    /// Which primitive.
    public var operation: FileSystemError.Operation
    /// The name acted on; empty where there is none.
    public var name: String
    /// What else was asked: the other name, offset and length, the level.
    public var detail: String
    /// The error number, nil on success.
    public var failure: ErrorNumber?
    /// The planned fault that struck, if one did.
    public var fault: SimFault?

    /// `write current.json.tmp`: the operation without its arguments.
    public var title: String { name.isEmpty ? operation.rawValue : "\(operation.rawValue) \(name)" }

    /// `14 rename current.json.tmp to current.json`, with process, fault and error where there are any.
    public var description: String {
        var text = "\(number) \(title)"
        if !detail.isEmpty { text += " \(detail)" }
        if let fault { text += " [\(fault)]" }
        if let failure { text += " -> \(failure)" }
        return text
    }
}
