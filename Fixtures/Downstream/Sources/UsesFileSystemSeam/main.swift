import FileSystemSeam

let directory = try PosixFileSystem.shared.openDirectory("/")
let facts = try PosixFileSystem.shared.mountFacts(of: directory)
print("FileSystemSeam: / is", facts.fileSystemType)
