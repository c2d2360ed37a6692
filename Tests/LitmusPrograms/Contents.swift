package import FileSystemSeam

extension File {
    func writeText(_ text: String, at offset: Int64 = 0) throws {
        let bytes = Array(text.utf8)
        _ = try write(bytes.span, at: offset)
    }
}

/// One letter a sector.
package func sectors(_ letters: String) -> String {
    letters.map { String(repeating: String($0), count: 512) }.joined()
}

/// Every way in which some of a text's letters show, and the others as zeros.
func tornSectors(_ letters: String) -> [String] {
    letters.reduce([""]) { texts, letter in texts.flatMap { ["\($0)·", "\($0)\(letter)"] } }
}

/// Writes a whole text to the start of a file, which is made when it is absent.
package func put(_ directory: any Directory, _ name: String, _ text: String, synced: Bool = false) throws {
    let file = try directory.open(name, [.write, .create], permissions: .ownerFile)
    if !text.isEmpty { try file.writeText(text) }
    if synced { try file.sync(.full) }
}

/// The whole tree in one line: `a=A x/b=`, zeros as `·`, whole sectors of one letter in brackets, and permissions other
/// than those that files are made with as `a(400)=A`.
package func describe(_ directory: any Directory, _ prefix: String = "") throws -> String {
    var parts: [String] = []
    for entry in try directory.entries().sorted(by: { $0.name < $1.name }) {
        if entry.kind == .directory {
            let inner = try describe(directory.subdirectory(entry.name), prefix + entry.name + "/")
            parts.append(inner == "-" ? prefix + entry.name + "/" : inner)
            continue
        }
        let file = try directory.open(entry.name, [.read], permissions: .ownerFile)
        var bytes = [UInt8](repeating: 0, count: 8192)
        var span = bytes.mutableSpan
        let count = try file.read(into: &span, at: 0)
        func letter(_ byte: UInt8) -> String {
            byte == 0 ? "·" : byte > 127 ? "?" : String(UnicodeScalar(byte))
        }
        var text = ""
        if count > 0, count % 512 == 0 {
            text = "[" + stride(from: 0, to: count, by: 512).map { letter(bytes[$0]) }.joined() + "]"
        } else {
            text = bytes[0..<count].map(letter).joined()
        }
        let permissions = try file.status().permissions
        let mode = permissions == .ownerFile ? "" : "(" + String(permissions.rawValue, radix: 8) + ")"
        parts.append("\(prefix)\(entry.name)\(mode)=\(text)")
    }
    return parts.isEmpty ? "-" : parts.joined(separator: " ")
}
