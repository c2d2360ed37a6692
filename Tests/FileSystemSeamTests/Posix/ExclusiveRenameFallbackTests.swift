import FileSystemSeam
import Testing

/// Some network and FUSE file systems cannot rename without replacing.
@Suite("Exclusive rename without the system's help") struct ExclusiveRenameFallbackTests {
    @Test func aFileIsLinkedAndUnlinked() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            recorder.always(.renameat2, .failure(.invalidArgument))
            try root.rename("file", to: "new", in: root, exclusive: true)
            #expect(
                recorder.trace == [
                    #"renameat2(#1, "file", #1, "new", RENAME_NOREPLACE)"#,
                    #"fstatat(#1, "file", AT_SYMLINK_NOFOLLOW)"#,
                    #"linkat(#1, "file", #1, "new")"#,
                    #"unlinkat(#1, "file")"#,
                ]
            )
            #expect(try root.text("new") == "contents")
            #expect(try root.status(of: "new").linkCount == 1)
            #expect(try !root.exists("file"))
        }
    }

    @Test func anExistingNameIsNotReplaced() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            recorder.always(.renameat2, .failure(.notSupported))
            try root.put("taken", "precious")
            expectFailure(.exists, .rename) { try root.rename("file", to: "taken", in: root, exclusive: true) }
            expectFailure(.exists, .rename) { try root.publishExclusively("taken", [1]) }
            #expect(try root.text("taken") == "precious")
            #expect(try root.text("file") == "contents")
            #expect(try root.names() == ["empty", "file", "log", "taken"])
        }
    }

    /// Whoever is told of a failure finds what was there before, and may try again.
    @Test func anOldNameThatCannotBeRemovedLeavesNoNewOne() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            recorder.always(.renameat2, .failure(.invalidArgument))
            recorder.plan(.unlinkat, [.failure(.accessDenied)])
            expectFailure(.accessDenied, .rename) { try root.rename("file", to: "new", in: root, exclusive: true) }
            #expect(try root.names() == ["empty", "file", "log"])
            recorder.plan(.unlinkat, [.failure(.inputOutput)])
            expectFailure(.inputOutput, .rename) { try root.publishExclusively("published", [1]) }
            #expect(try root.names() == ["empty", "file", "log"])
            try root.publishExclusively("published", [1])
            #expect(try root.names() == ["empty", "file", "log", "published"])
        }
    }

    /// Somebody else was quicker to remove the old name: it is gone, and the new one stands.
    @Test func anOldNameThatIsGoneIsMoved() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            recorder.always(.renameat2, .failure(.invalidArgument))
            recorder.plan(.unlinkat, [.failure(.noEntry)])
            try root.rename("file", to: "new", in: root, exclusive: true)
            #expect(try root.text("new") == "contents")
        }
    }

    /// A server may have removed the old name, and only its answer was lost: then the new name is the only one that is
    /// left.
    @Test func aNewNameThatIsTheOnlyOneStays() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            recorder.always(.renameat2, .failure(.invalidArgument))
            recorder.plan(.unlinkat, [.failure(.inputOutput)])
            recorder.plan(.fstatat, [nil, .failure(.noEntry)])
            try root.rename("file", to: "new", in: root, exclusive: true)
            #expect(try root.text("new") == "contents")
            recorder.plan(.unlinkat, [.failure(.inputOutput)])
            recorder.plan(.fstatat, [nil, .failure(.inputOutput)])
            expectFailure(.inputOutput, .rename) { try root.rename("new", to: "newer", in: root, exclusive: true) }
            #expect(try root.text("newer") == "contents", "whether the old one stands is not known")
        }
    }

    /// Both names stay where neither can be removed.
    @Test func aNewNameThatCannotBeTakenBackStands() throws {
        try SystemCallRow.prepared { recorder, _, root, _ throws in
            recorder.always(.renameat2, .failure(.invalidArgument))
            recorder.always(.unlinkat, .failure(.inputOutput))
            expectFailure(.inputOutput, .rename) { try root.rename("file", to: "new", in: root, exclusive: true) }
            #expect(try root.text("file") == "contents")
            #expect(try root.text("new") == "contents")
        }
    }

    @Test func aDirectoryKeepsTheSystemsRefusal() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            recorder.always(.renameat2, .failure(.invalidArgument))
            expectFailure(.invalidArgument, .rename) {
                try root.rename("empty", to: "new", in: root, exclusive: true)
            }
            #expect(recorder.count(.linkat, .renameat) == 0)
            expectFailure(.noEntry, .rename) { try root.rename("no", to: "new", in: root, exclusive: true) }
        }
    }

    @Test func anyOtherFailureIsReportedAsItIs() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            recorder.always(.renameat2, .failure(.noSpace))
            expectFailure(.noSpace, .rename) { try root.rename("file", to: "new", in: root, exclusive: true) }
            #expect(recorder.count(.linkat, .renameat) == 0)
        }
    }
}
