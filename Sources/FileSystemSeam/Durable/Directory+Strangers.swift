extension Directory {
    /// What stands at a name instead of a file, in words; nil for a file, for nothing, and where it cannot be told.
    package func stranger(at name: String) -> String? {
        switch try? status(of: name).kind {
        case .directory?: "a directory stands there"
        case .symbolicLink?: "a symbolic link stands there"
        case .other?: "a device, a socket or a FIFO stands there"
        case .regular?, nil: nil
        }
    }
}
