internal import FileSystemSeam

extension Directory {
    /// Puts empty files beside what is measured, so many, whose names are made from their numbers.
    func addFiles(_ count: Int, named name: (Int) -> String = { "other-\($0)" }) throws(FileSystemError) {
        for number in 0..<count {
            try open(name(number), [.write, .create, .exclusive], permissions: .ownerFile).close()
        }
    }
}
