extension SystemCalls {
    /// All of a file of the kernel's, whose size is not known beforehand (`/proc` says 0); nil when it cannot
    /// be read.
    func kernelFile(_ path: String) -> [UInt8]? {
        let opened = openKernelFile(path)
        guard opened >= 0 else { return nil }
        let descriptor = Int32(opened)
        defer { _ = close(descriptor) }
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0) }
            if count < 0 { return nil }
            if count == 0 { return contents }
            contents += buffer[..<count]
        }
    }

    /// The same as text, without white space at its ends; nil when it cannot be read or is empty.
    func kernelText(_ path: String) -> String? {
        guard let bytes = kernelFile(path) else { return nil }
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || (9...13).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return nil }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
