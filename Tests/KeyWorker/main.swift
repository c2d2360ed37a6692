import Canonical
import FileSystemSeam
import Foundation
import KeyStore

// Made to be killed: `key-worker <store> <secrets> <name> <first> <count>` works through `count` steps from `first` on.
// Each seals a text for one of a few scopes, some rotate or destroy one, and it prints a line for everything that was
// acknowledged to it:
//
//     sealed entity-3 w2-17 01…            the box in hexadecimal; the text is its name
//     condemned entity-3                   before a destruction is asked for
//     shredded entity-3 7b…                the receipt in hexadecimal
//
// `key-worker scan` is another matter: see ScanCommand.swift.
//
// A scope that another process is destroying is passed over; anything else ends it with the error and code 1.

let words = CommandLine.arguments
if words.count >= 4, words[1] == "scan", let steps = Int(words[3]) {
    try ScanCommand.run(words[2], steps: steps, isBare: words.count > 4)
    exit(0)
}
guard words.count == 6, let first = Int(words[4]), let count = Int(words[5]) else { exit(64) }
let fileSystem = PosixFileSystem.shared

func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

do {
    let store = try ScopedKeyStore.open(
        words[1],
        root: RootKeyFile(in: words[2], fileSystem: fileSystem),
        fileSystem: fileSystem,
        options: KeyStoreOptions(journalRecordMaximum: 20)
    )
    for step in first..<first + count {
        let entity = "entity-\(step % 7)"
        let text = "\(words[3])-\(step)"
        do {
            let box = try store.seal(Array(text.utf8), scope: .entity(entity), associatedData: Array(entity.utf8))
            say("sealed \(entity) \(text) \(Hex.encode(box.bytes))")
            if step % 5 == 3 { try store.rotate(.entity(entity)) }
            if step % 11 == 7 {
                say("condemned \(entity)")
                let receipt = try store.shred(.entity(entity), reason: text)
                say("shredded \(entity) \(Hex.encode(receipt.bytes))")
            }
        } catch KeyStoreError.destroying, KeyStoreError.unknownScope {
            continue
        }
    }
} catch {
    say("failed \(error)")
    exit(1)
}
