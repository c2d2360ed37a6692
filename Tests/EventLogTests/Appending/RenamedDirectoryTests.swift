import EventLog
import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// A directory is renamed, and takes the log of its handles along: what they append, repair and seal is there.
@Suite("Directories renamed under an open handle")
struct RenamedDirectoryTests {
    /// A handle that has appended an event, whose directory is at another name by now.
    private func moved() throws -> (log: TestLog, handle: SessionLog) {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event("a"))
        try TestLog.move(log.path, to: log.path + "-old")
        return (log, handle)
    }

    private func append(_ text: String, to path: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Array(text.utf8))
        try file.close()
    }

    /// - Parameter isReplaced: whether another log stands at the path.
    @Test(arguments: [false, true]) func repairsGoAlong(isReplaced: Bool) throws {
        let (log, handle) = try moved()
        if isReplaced {
            try log.open().append(event("other"))
            try log.append("{\"torn elsewhere")
        }
        #expect(try handle.repair() == nil)
        try append("{\"torn", to: log.path + "-old/events.jsonl")
        #expect(try handle.repair()?.byteCount == 6)
        #expect(try handle.append(event("b")).sequenceNumbers == 1..<2)
        // Nothing was made at the path, or mended there.
        #expect(log.exists("events.jsonl") == isReplaced)
        if isReplaced { #expect(try log.open().repair()?.byteCount == 16) }
    }

    @Test(arguments: [false, true]) func sealsGoAlong(isReplaced: Bool) throws {
        let (log, handle) = try moved()
        if isReplaced { try log.open().append([event("x"), event("y"), event("z")]) }
        try append("{\"torn", to: log.path + "-old/events.jsonl")
        let seal = try handle.seal()
        #expect(seal.eventCount == 1)
        let old = SessionLog(at: log.path + "-old", fileSystem: PosixFileSystem.shared)
        #expect(try old.readSeal() == seal)
        #expect(try old.verify().failures == [])
        #expect(!log.exists("events.seal.json"))
    }

    /// What is not there any more takes nothing along: the log at the path is the one to repair, and to seal.
    @Test(arguments: [false, true]) func whatWasRemovedDoesNot(keepsDirectory: Bool) throws {
        let (log, handle) = try moved()
        let old = log.path + "-old"
        try FileManager.default.removeItem(atPath: keepsDirectory ? old + "/events.jsonl" : old)
        #expect(try handle.repair() == nil)
        #expect(!FileManager.default.fileExists(atPath: log.path))
        try log.open().append([event("x"), event("y")])
        try log.append("{\"torn")
        #expect(try handle.repair()?.byteCount == 6)
        #expect(try handle.seal().eventCount == 2)
        #expect(log.exists("events.seal.json"))
        #expect(!FileManager.default.fileExists(atPath: old + "/events.jsonl"))
    }
}
