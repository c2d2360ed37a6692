import FileSystemSeam
import Testing

extension ContractTests {
    /// A slash is one, whatever would make one character of it and its neighbour: U+0301 behind it, U+0600 before it.
    @Test(arguments: SeamUnderTest.all, ["\u{301}a/\u{301}b", "\u{600}/b", "a\u{600}//\u{600}/", "\u{600}/\u{301}///"])
    func chainsAreMadeOfBytes(_ seam: SeamUnderTest, chain: String) throws {
        try seam.run { subject in
            let path = "\(subject.rootPath)/\(chain)"
            try subject.fileSystem.openDirectory(path, creating: .ownerDirectory).replaceAtomically("f", with: [1])
            // Once more, where it stands.
            try subject.fileSystem.openDirectory(path, creating: .ownerDirectory).close()
            var directory = subject.root
            for part in chain.utf8.split(separator: UInt8(ascii: "/")) {
                #expect(try directory.entries().count == 1)
                directory = try directory.subdirectory(String(Substring(part)))
            }
            #expect(try directory.names() == ["f"])
        }
    }

    /// What was made on the way would stay.
    @Test(arguments: SeamUnderTest.all, ["a/..", "a/b/c/../../..", "a/.", "a/./b"])
    func nothingIsMadeOnTheWayToADot(_ seam: SeamUnderTest, chain: String) throws {
        try seam.run { subject in
            let path = "\(subject.rootPath)/\(chain)"
            let error = try #require(throws: FileSystemError.self) {
                try subject.fileSystem.openDirectory(path, creating: .ownerDirectory)
            }
            #expect(error.code == .invalidArgument)
            #expect(try subject.root.names() == [])
        }
    }
}
