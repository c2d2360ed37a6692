import FileSystemSeam
import KeyStore
import Testing

/// A power cut leaves a part of a record, or zeros, behind the journal's last one. Records are written over that, which
/// leaves the file as long as it was.
@Suite("A journal with a torn end")
struct TornEndTests {
    @Test(arguments: [100, 512, 1000, 1536])
    func whatAnotherProcessWritesOverItIsSeen(_ zeros: Int) throws {
        let keys = try TestKeys()
        let before = try keys.open().seal("before", for: "a")
        let name = try keys.journalName()
        try keys.write(try keys.read(name) + [UInt8](repeating: 0, count: zeros), to: name)
        let (first, second) = (try keys.open(), try keys.open())
        let theirs = try second.seal("theirs", for: "b")
        // Made by a process that read the journal before.
        let ours = try first.seal("ours", for: "c")
        #expect(try first.seal("more", for: "b").keyID == theirs.keyID)
        for store in [first, second, try keys.open()] {
            #expect(try store.read(before, for: "a") == "before")
            #expect(try store.read(theirs, for: "b") == "theirs")
            #expect(try store.read(ours, for: "c") == "ours")
        }
    }
}
