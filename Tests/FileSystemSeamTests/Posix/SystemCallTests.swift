import FileSystemSeam
import TestSupport
import Testing

@Suite("System calls") struct SystemCallTests {
    @Test func theTableHoldsEveryCallButClosing() {
        let closing: Set<SystemCall.Name> = [.close, .closedir]
        #expect(Set(SystemCallRow.all.map(\.name)) == Set(SystemCall.Name.allCases).subtracting(closing))
    }

    @Test(arguments: SystemCallRow.all)
    func anInterruptedCallIsMadeAgain(_ row: SystemCallRow) throws {
        try SystemCallRow.prepared { recorder, fileSystem, root, path in
            try row.act(fileSystem, root, path)
            let undisturbed = recorder.count(row.name)
            #expect(undisturbed > 0)
        }
        try SystemCallRow.prepared { recorder, fileSystem, root, path in
            recorder.plan(row.name, [.failure(.interrupted), .failure(.interrupted)])
            try row.act(fileSystem, root, path)
            let calls = recorder.calls.filter { $0.name == row.name }
            #expect(calls.count >= 3)
            #expect(calls[0] == calls[1] && calls[1] == calls[2])
        }
    }

    @Test(arguments: SystemCallRow.all.filter { $0.operation != nil })
    func aFailedCallIsReportedOnceWithItsNumberAndClosesWhatItOpened(_ row: SystemCallRow) throws {
        try SystemCallRow.prepared { recorder, fileSystem, root, path in
            recorder.plan(row.name, [.failure(.inputOutput)])
            expectFailure(.inputOutput, row.operation) { try row.act(fileSystem, root, path) }
            #expect(recorder.count(row.name) == 1)
            let failedToOpen: Set<SystemCall.Name> = [.open, .openat, .inotifyInit]
            let opened = recorder.count(.open, .openat, .inotifyInit) - (failedToOpen.contains(row.name) ? 1 : 0)
            #expect(recorder.count(.close, .closedir) == opened)
        }
    }

    /// Linux frees the number before the call can be interrupted, so a second close could hit another file.
    @Test func anInterruptedCloseIsASuccessAndNotRepeated() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            let file = try root.existing("file")
            recorder.plan(.close, [.failure(.interrupted)])
            try file.close()
            try file.close()
            #expect(recorder.count(.close) == 1)
            let entries = try root.entries()
            #expect(entries.count == 3)
            #expect(recorder.count(.closedir) == 1)
        }
    }

    @Test func aFailedCloseIsReportedAndNotRepeated() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            let file = try root.existing("file")
            recorder.plan(.close, [.failure(.inputOutput)])
            expectFailure(.inputOutput, .close) { try file.close() }
            try file.close()
            expectFailure(.badDescriptor) { _ = try file.status() }
            #expect(recorder.count(.close) == 1)
        }
    }

    @Test(arguments: [1, 3, 7])
    func shortWritesAreContinuedWhereTheyStopped(_ limit: Int) throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            let contents = (0..<50).map { UInt8($0) }
            recorder.always(.pwrite, .short(limit))
            try root.existing("file").writeAll(contents, at: 0)
            #expect(recorder.count(.pwrite) == (50 + limit - 1) / limit)
            #expect(try root.readFile("file", maximumBytes: 100) == contents)
            try root.replaceAtomically("other", with: contents)
            #expect(try root.readFile("other", maximumBytes: 100) == contents)
        }
    }

    @Test(arguments: [1, 3, 7])
    func shortReadsAreContinuedWhereTheyStopped(_ limit: Int) throws {
        try SystemCallRow.prepared { recorder, fileSystem, root, _ in
            recorder.always(.pread, .short(limit))
            #expect(try root.text("file") == "contents")
            #expect(try root.existing("file").read(exactly: 6, at: 2) == Array("ntents".utf8))
            try root.copy("file", to: "copy", in: root)
            #expect(try root.text("copy") == "contents")

            let facts = try fileSystem.mountFacts(of: root)
            recorder.always(.read, .short(limit))
            let again = try fileSystem.mountFacts(of: root)
            #expect(again.mountPoint == facts.mountPoint && again.fileSystemOptions == facts.fileSystemOptions)
            recorder.always(.getrandom, .short(limit))
            let name = try fileSystem.temporaryName(for: "f")
            #expect(!name.hasSuffix("00000000"))
        }
    }

    @Test func aWriteThatMovesNothingIsAnErrorAndNoEndlessLoop() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            recorder.always(.pwrite, .short(0))
            expectFailure(.inputOutput, .write) { try root.existing("file").writeAll([1, 2], at: 0) }
            recorder.always(.write, .short(0))
            expectFailure(.inputOutput, .append) {
                _ = try root.open("log", [.write, .append], permissions: .ownerFile).append([1].span)
            }
        }
    }

    @Test func aShortAppendIsReportedAndNotContinued() throws {
        try SystemCallRow.prepared { recorder, _, root, _ throws in
            recorder.plan(.write, [.short(2)])
            expectFailure(.inputOutput, .append) {
                try root.open("log", [.write, .append], permissions: .ownerFile).appendOnce(Array("record".utf8))
            }
            #expect(recorder.count(.write) == 1)
            #expect(try root.text("log") == "re")
        }
    }

    @Test func aLockThatWouldBlockIsAnErrorOnlyWhenWaitingWasAskedFor() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            let file = try root.existing("file")
            recorder.always(.flock, .failure(.wouldBlock))
            #expect(try !file.lock(.shared, blocking: false))
            #expect(try !root.lock(.shared, blocking: false))
            expectFailure(.wouldBlock, .lock) { _ = try file.lock(.shared, blocking: true) }
            expectFailure(.wouldBlock, .lockDirectory) { _ = try root.lock(.shared, blocking: true) }
        }
    }

    /// Where the system has no wait with a limit, as on Darwin.
    @Test func aTimedLockIsTriedAgainWhereTheSystemCannotWait() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            let holder = try root.existing("file")
            #expect(try holder.lock(.exclusive, blocking: false))
            let waiter = try root.existing("file")
            let missing = ErrorNumber(rawValue: 38)  // ENOSYS
            recorder.plan(.flock, [nil, .failure(missing)])
            #expect(try !waiter.lock(.exclusive, timeoutNanoseconds: 3_000_000))
            // It tried at 20, 60, 140, 300, … µs at the earliest, and not in between.
            #expect((5...14).contains(recorder.count(.flock)))
            recorder.plan(.flock, [nil, .failure(missing), nil, nil, .failure(.inputOutput)])
            expectFailure(.inputOutput, .lock) { _ = try waiter.lock(.exclusive, timeoutNanoseconds: 900_000_000) }
            try holder.close()
            recorder.plan(.flock, [.failure(.wouldBlock), .failure(missing)])
            #expect(try waiter.lock(.exclusive, timeoutNanoseconds: 1_000_000_000))
        }
    }

    /// The time runs on until it is found out that the system cannot wait: then one last attempt is left.
    @Test func aTimedLockIsTriedOnlyForWhatIsLeftOfTheTime() throws {
        let temporary = try TemporaryDirectory()
        let count = Condition(0)
        let fileSystem = PosixFileSystem { call in
            guard call.name == .flock else { return nil }
            let number = count.withLock {
                $0 += 1
                return $0
            }
            if number != 2 { return .failure(.wouldBlock) }
            PosixFileSystem.shared.sleep(nanoseconds: 30_000_000)
            return .failure(ErrorNumber(rawValue: 38))  // ENOSYS
        }
        let directory = try fileSystem.openDirectory(temporary.path)
        #expect(try !directory.lock(.exclusive, timeoutNanoseconds: 20_000_000))
        #expect(count.withLock { $0 } == 3)
    }
}
