/// A line that is no event: where it stands, and why.
public struct SkippedLine: Sendable, Hashable {
    /// Why a line was skipped.
    public enum Reason: Sendable, Hashable, CustomStringConvertible {
        /// There is nothing on it but white space.
        case blank
        /// It is not an event; the error says which member is wrong.
        case malformed(EventError)
        /// It is longer than 16 MiB.
        case tooLong
        /// The file ends inside of it: it was torn by a crash, or is being written just now.
        case unfinished

        /// A few words.
        public var description: String {
            switch self {
            case .blank: "the line is blank"
            case .malformed(let error): "\(error)"
            case .tooLong: "the line is longer than 16 MiB"
            case .unfinished: "the file ends inside of the line"
            }
        }

        /// A short, stable name, for programs.
        public var code: String {
            switch self {
            case .blank: "blank"
            case .malformed: "malformed"
            case .tooLong: "too_long"
            case .unfinished: "unfinished"
            }
        }
    }

    /// Its number in the file, from 1.
    public let line: UInt64
    /// Where it begins in the file.
    public let byteOffset: Int64
    /// Its length in the file, with its line feed.
    public let byteCount: Int64
    /// Why it was skipped.
    public let reason: Reason
    /// The number that it carries all the same, as an event for other tools; no event gets it again. Of a line that is
    /// no JSON here, the highest that stands behind the member's name.
    public let sequenceNumber: UInt64?

    /// Makes one from its parts.
    public init(line: UInt64, byteOffset: Int64, byteCount: Int64, reason: Reason, sequenceNumber: UInt64? = nil) {
        self.line = line
        self.byteOffset = byteOffset
        self.byteCount = byteCount
        self.reason = reason
        self.sequenceNumber = sequenceNumber
    }
}
