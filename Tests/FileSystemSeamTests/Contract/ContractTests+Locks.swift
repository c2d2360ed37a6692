import FileSystemSeam
import Testing

extension ContractTests {
    @Test(arguments: SeamUnderTest.all)
    func anExclusiveLockExcludesEveryOtherHandle(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("lock", "")
            let first = try subject.root.existing("lock")
            let second = try subject.root.existing("lock")
            #expect(try first.lock(.exclusive, blocking: false))
            #expect(try !second.lock(.exclusive, blocking: false))
            #expect(try !second.lock(.shared, blocking: false))
            // The holder's own handle may ask again.
            #expect(try first.lock(.exclusive, blocking: false))
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func sharedLocksAreHeldTogether(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("lock", "")
            let readers = try (0..<3).map { _ in try subject.root.open("lock", .read, permissions: .ownerFile) }
            for reader in readers { #expect(try reader.lock(.shared, blocking: false)) }
            let writer = try subject.root.existing("lock")
            #expect(try !writer.lock(.exclusive, blocking: false))
            for reader in readers { try reader.close() }
            #expect(try writer.lock(.exclusive, blocking: false))
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func closingAndDroppingAHandleReleaseItsLock(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("lock", "")
            let waiting = try subject.root.existing("lock")
            let holder = try subject.root.existing("lock")
            #expect(try holder.lock(.exclusive, blocking: false))
            #expect(try !waiting.lock(.shared, blocking: false))
            try holder.close()
            #expect(try waiting.lock(.shared, blocking: false))
            try waiting.close()

            var dropped: (any File)? = try subject.root.existing("lock")
            #expect(try dropped?.lock(.exclusive, blocking: false) == true)
            let next = try subject.root.existing("lock")
            #expect(try !next.lock(.exclusive, blocking: false))
            dropped = nil
            #expect(try next.lock(.exclusive, blocking: false))
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aHandleGivesUpItsLockAndTakesItAgain(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("lock", "")
            let first = try subject.root.existing("lock")
            let second = try subject.root.existing("lock")
            for _ in 0..<2 {
                #expect(try first.lock(.exclusive, blocking: false))
                #expect(try !second.lock(.exclusive, blocking: false))
                // Another's is not given up.
                try second.unlock()
                #expect(try !second.lock(.exclusive, blocking: false))
                try first.unlock()
                #expect(try second.lock(.exclusive, blocking: false))
                #expect(try !first.lock(.shared, blocking: false))
                try second.unlock()
            }
            // Nothing to give up is no error; a closed handle is.
            try first.unlock()
            try first.close()
            expectFailure(.badDescriptor, .unlock) { try first.unlock() }

            let directory = try subject.root.reopened()
            #expect(try directory.lock(.exclusive, blocking: false))
            #expect(try !subject.root.lock(.shared, blocking: false))
            try directory.unlock()
            #expect(try subject.root.lock(.shared, blocking: false))
            try subject.root.unlock()
            #expect(try directory.lock(.exclusive, blocking: false))
            try directory.close()
            expectFailure(.badDescriptor, .unlockDirectory) { try directory.unlock() }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aSharedLockAloneCanBecomeExclusiveAndBack(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("lock", "")
            let first = try subject.root.existing("lock")
            let second = try subject.root.existing("lock")
            #expect(try first.lock(.shared, blocking: false))
            #expect(try first.lock(.exclusive, blocking: false))
            #expect(try !second.lock(.shared, blocking: false))
            #expect(try first.lock(.shared, blocking: false))
            #expect(try second.lock(.shared, blocking: false))
        }
    }

    /// flock(2): the existing lock is removed first, then the new one is asked for.
    @Test(arguments: SeamUnderTest.all)
    func aFailedUpgradeLosesTheSharedLock(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("lock", "")
            let first = try subject.root.existing("lock")
            let second = try subject.root.existing("lock")
            #expect(try first.lock(.shared, blocking: false))
            #expect(try second.lock(.shared, blocking: false))
            #expect(try !first.lock(.exclusive, blocking: false))
            #expect(try second.lock(.exclusive, blocking: false))
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aLockBelongsToTheFileAndNotToItsName(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("lock", "")
            let holder = try root.existing("lock")
            #expect(try holder.lock(.exclusive, blocking: false))
            // A second name, or another one, leads to the same lock.
            try root.link("lock", to: "alias", in: root)
            #expect(try !root.existing("alias").lock(.exclusive, blocking: false))
            try root.rename("lock", to: "moved", in: root, exclusive: true)
            #expect(try !root.existing("moved").lock(.exclusive, blocking: false))
            // A new file under the old name is another lock: two holders.
            try root.put("lock", "")
            #expect(try root.existing("lock").lock(.exclusive, blocking: false))
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func directoriesAreLockedLikeFiles(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let first = try subject.root.reopened()
            let second = try first.reopened()
            let third = try subject.fileSystem.openDirectory(subject.rootPath)
            #expect(try first.lock(.exclusive, blocking: false))
            #expect(try !second.lock(.shared, blocking: false))
            #expect(try !third.lock(.exclusive, blocking: false))
            // The lock of the directory says nothing about the files in it.
            try second.put("file", "x")
            #expect(try second.existing("file").lock(.exclusive, blocking: false))
            try first.close()
            #expect(try second.lock(.shared, blocking: false))
            #expect(try third.lock(.shared, blocking: false))
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aBlockingLockIsTakenWhenTheHolderLetsGo(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            guard subject.blocksThreads else { return }
            try subject.root.put("lock", "")
            let holder = try subject.root.existing("lock")
            let waiter = try subject.root.existing("lock")
            #expect(try holder.lock(.exclusive, blocking: true))
            let order = Condition([String]())
            let thread = try FileSystemSeam.Thread.start(name: "waiter") {
                let taken = (try? waiter.lock(.exclusive, blocking: true)) == true
                order.withLock { $0.append(taken ? "taken" : "failed") }
                order.signal()
            }
            #expect(order.wait(timeoutNanoseconds: 30_000_000) { $0.first } == nil)
            order.withLock { $0.append("released") }
            try holder.close()
            thread.join()
            #expect(order.withLock { $0 } == ["released", "taken"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aTimedLockEndsWithTheTime(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("lock", "")
            let holder = try subject.root.existing("lock")
            #expect(try holder.lock(.shared, timeoutNanoseconds: 0))
            let waiter = try subject.root.existing("lock")
            let other = try subject.root.reopened()
            #expect(try subject.root.lock(.exclusive, timeoutNanoseconds: 0))
            for nanoseconds in [0, 1, 1_000_000, 20_000_000] as [UInt64] {
                let start = subject.fileSystem.monotonicClock()
                #expect(try !waiter.lock(.exclusive, timeoutNanoseconds: nanoseconds))
                let middle = subject.fileSystem.monotonicClock()
                #expect(try !other.lock(.shared, timeoutNanoseconds: nanoseconds))
                let end = subject.fileSystem.monotonicClock()
                #expect(middle.nanoseconds - start.nanoseconds >= nanoseconds)
                #expect(end.nanoseconds - middle.nanoseconds >= nanoseconds)
            }
            try holder.close()
            // A program that another test is just starting may have a copy of the handle until its exec.
            #expect(try waiter.lock(.exclusive, timeoutNanoseconds: 10_000_000_000))
        }
    }

    @Test(arguments: SeamUnderTest.all.filter { $0.name != "SimFS" })
    func aTimedLockIsTakenWhenTheHolderLetsGo(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("lock", "")
            let holder = try subject.root.existing("lock")
            let waiter = try subject.root.existing("lock")
            #expect(try holder.lock(.exclusive, blocking: true))
            let order = Condition([String]())
            let thread = try FileSystemSeam.Thread.start(name: "waiter") {
                let taken = (try? waiter.lock(.exclusive, timeoutNanoseconds: 60_000_000_000)) == true
                order.withLock { $0.append(taken ? "taken" : "failed") }
                order.signal()
            }
            #expect(order.wait(timeoutNanoseconds: 30_000_000) { $0.first } == nil)
            order.withLock { $0.append("released") }
            try holder.close()
            thread.join()
            #expect(order.withLock { $0 } == ["released", "taken"])
        }
    }
}
