internal import FileSystemSeam

extension FaultPlan.Entry {
    /// The form in a ``ReplayToken``: `sync#2=EIO`.
    var token: String {
        let what =
            switch fault {
            case .error(let code): code.symbol ?? "errno\(code.rawValue)"
            case .short(let bytes): "short\(bytes)"
            case .lyingSync: "lies"
            case .killed: "killed"
            case .flippedBit(let bit): "bit\(bit)"
            case .misdirectedWrite(let sectors): "off\(sectors)"
            }
        return "\(operation.rawValue)#\(occurrence)=\(what)"
    }

    /// No file has sectors that are further apart.
    private static let sectorDistanceMaximum = UInt(UInt32.max)

    /// Reads the form that ``token`` writes; nil also for a distance that no file has.
    init?(token: Substring) {
        guard let hash = token.firstIndex(of: "#"), let equals = token[hash...].firstIndex(of: "="),
            let operation = FileSystemError.Operation(rawValue: String(token[..<hash])),
            let occurrence = Int(token[token.index(after: hash)..<equals]), occurrence > 0
        else { return nil }
        let what = token[token.index(after: equals)...]
        func number(after word: String) -> Int? { what.hasPrefix(word) ? Int(what.dropFirst(word.utf8.count)) : nil }
        let fault: SimFault
        if what == "lies" {
            fault = .lyingSync
        } else if what == "killed" {
            fault = .killed
        } else if let bytes = number(after: "short") {
            fault = .short(bytes: bytes)
        } else if let bit = number(after: "bit") {
            fault = .flippedBit(bit)
        } else if let sectors = number(after: "off"), sectors.magnitude <= Self.sectorDistanceMaximum {
            fault = .misdirectedWrite(sectors: sectors)
        } else if let raw = number(after: "errno"), let code = Int32(exactly: raw) {
            fault = .error(ErrorNumber(rawValue: code))
        } else if let code = ErrorNumber(symbol: String(what)) {
            fault = .error(code)
        } else {
            return nil
        }
        self.init(operation, occurrence: occurrence, fault)
    }
}
