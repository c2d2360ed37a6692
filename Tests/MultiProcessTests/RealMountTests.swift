import Foundation
import TestSupport
import Testing

/// A profile recorded on ext4, checked where something else is mounted. Mounts are made in a mount namespace that ends
/// with its shell.
@Suite("Profiles on real mounts")
struct RealMountTests {
    /// What is mounted, by shell commands in a directory that has the file `image` with the store in it, and the
    /// directory `m`.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let mount: String
        var store = "m/store"
        /// A field that is named; nil when the platform is admitted.
        let field: String?
    }

    private static let cases = [
        Case(testDescription: "the same", mount: "mount -o loop image m", field: nil),
        Case(
            testDescription: "tmpfs",
            mount: "mount -t tmpfs none m; mkdir m/store",
            field: "mount.type"
        ),
        Case(
            testDescription: "a volatile overlay",
            mount: "mkdir b; mount -t tmpfs none b; mkdir b/l b/u b/w; "
                + "mount -t overlay -o lowerdir=b/l,upperdir=b/u,workdir=b/w,volatile none m; mkdir m/store",
            field: "mount.volatile"
        ),
        Case(
            testDescription: "a volatile overlay of an empty source",
            mount: "mkdir b; mount -t tmpfs none b; mkdir b/l b/u b/w; "
                + "mount -t overlay -o lowerdir=b/l,upperdir=b/u,workdir=b/w,volatile \"\" m; mkdir m/store",
            field: "mount.volatile"
        ),
        Case(
            testDescription: "an overlay that the mount table no longer shows",
            mount: "mkdir b; mount -t tmpfs none b; mkdir b/l b/u b/w; "
                + "mount -t overlay -o lowerdir=b/l,upperdir=b/u,workdir=b/w,volatile none m; mkdir m/store; "
                + "cd m/store; umount -l ../../m",
            store: ".",
            field: "mount.volatile"
        ),
        Case(testDescription: "no barriers", mount: "mount -o loop,nobarrier image m", field: "mount.no_barriers"),
        Case(
            testDescription: "no barriers by the file system's own default",
            mount: "tune2fs -o nobarrier image > log; mount -o loop image m",
            field: "mount.no_barriers"
        ),
        Case(
            testDescription: "barriers where that default is overridden",
            mount: "tune2fs -o nobarrier image > log; mount -o loop,barrier=1 image m",
            field: nil
        ),
        Case(
            testDescription: "another data mode by the file system's own default",
            mount: "tune2fs -o journal_data_writeback image > log; mount -o loop image m",
            field: "mount.data_mode"
        ),
        Case(testDescription: "read-only", mount: "mount -o loop,ro image m", field: "mount.read_only"),
        Case(
            testDescription: "a symbolic link",
            mount: "mount -o loop image m; ln -s m/store link",
            store: "link",
            field: "path.symbolic_link"
        ),
        Case(
            testDescription: "a symbolic link with a dot behind it",
            mount: "mount -o loop image m; ln -s m/store link",
            store: "link/.",
            field: "path.symbolic_link"
        ),
    ]

    /// Whether mounts can be made here.
    private static let canMount: Bool = {
        guard geteuid() == 0 else { return false }
        let line = "command -v mkfs.ext4 && unshare -m bash -c 'mount -t tmpfs none /mnt'"
        return (try? HoldfastProgram.shell(line))?.code == 0
    }()

    @Test(.enabled(if: canMount, "mounting needs root and mkfs.ext4"), arguments: cases)
    func anythingElseIsRefusedAndNamed(_ example: Case) throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.shell(
            """
            cd "$1"; export holdfast; unshare -m bash -ec '
            top=$PWD
            mkdir m; truncate -s 64M image; mkfs.ext4 -q image; mount -o loop image m; mkdir m/store
            $holdfast platform record m/store --out profile > fingerprint; umount m
            \(example.mount)
            $holdfast platform check \(example.store) --profile "$top/profile"'
            """,
            temporary.path
        )
        #expect(run.error == "")
        if let field = example.field {
            #expect(run.code == 1)
            #expect(run.output.hasPrefix("refused\n"))
            #expect(run.output.contains("refusal: \(field) is "), "\(run.output)")
        } else {
            #expect(run.code == 0, "\(run.output)")
            #expect(run.output.hasPrefix("admitted\n"))
        }
    }

    /// Without any profile it is told.
    @Test(.enabled(if: canMount, "mounting needs root and mkfs.ext4"))
    func noBarriersByDefaultAreTold() throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.shell(
            """
            cd "$1"; export holdfast; unshare -m bash -ec '
            mkdir m; truncate -s 64M image; mkfs.ext4 -q image; tune2fs -o nobarrier image > log; mount -o loop image m
            $holdfast platform observe --depth passive m 2>&1 | grep warning'
            """,
            temporary.path
        )
        #expect(run.code == 0, "\(run.error)")
        #expect(run.output.contains("nobarrier"), "\(run.output)")
    }

    /// The mount table does not name what is the file system's own default.
    @Test(.enabled(if: canMount, "mounting needs root and mkfs.ext4"), arguments: [true, false])
    func dataJournalingByDefaultIsNamedInReceipts(isDefault: Bool) throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.shell(
            """
            cd "$1"; export holdfast; unshare -m bash -ec '
            mkdir m; truncate -s 64M image; mkfs.ext4 -q image
            \(isDefault ? "tune2fs -o journal_data image > log" : "true"); mount -o loop image m
            if grep " $PWD/m " /proc/self/mountinfo | grep -o data=; then exit 9; fi
            $holdfast keys init m/store > log
            echo x | $holdfast keys seal m/store --entity a > box
            $holdfast keys shred m/store --entity a --reason y --json'
            """,
            temporary.path
        )
        #expect(run.code == 0, "\(run.output)\(run.error)")
        #expect(run.output.contains(#""data_journaling""#) == isDefault, "\(run.output)")
        #expect(run.output.contains(isDefault ? "unlinked_only" : "effaced"), "\(run.output)")
    }

    /// Without any profile, too: what lies on a read-only mount is read, and nothing is written there.
    @Test(.enabled(if: canMount, "mounting needs root and mkfs.ext4"))
    func aReadOnlyMountIsReadAndNotWritten() throws {
        let temporary = try TemporaryDirectory()
        let event = """
            {"session_id":"s","agent_id":"agent://a","agent_instance_id":"i","agent_name":"a","host_id":"h",\
            "type":"agent.called_tool","tool_name":"grep"}
            """
        try Data(event.utf8).write(to: URL(filePath: temporary.path + "/event.json"))
        let run = try HoldfastProgram.shell(
            """
            cd "$1"; export holdfast; unshare -m bash -ec '
            mkdir m; truncate -s 64M image; mkfs.ext4 -q image; mount -o loop image m
            $holdfast events append m/session event.json
            umount m; mount -o loop,ro image m
            if $holdfast events append m/session event.json 2> refusal; then echo appended; fi
            if $holdfast events append --any-platform m/session event.json 2> failure; then echo appended; fi
            $holdfast events verify m/session; cat refusal failure'
            """,
            temporary.path
        )
        #expect(run.code == 0, "\(run.output)\(run.error)")
        #expect(!run.output.contains("appended"))
        #expect(run.output.contains("mount.read_only is yes instead of no"), "\(run.output)")
        // Whoever wants it all the same is told by the system.
        #expect(run.output.contains("the file system is read-only"), "\(run.output)")
    }

    /// A container is given a single file: where that lies its directory does not tell.
    @Test(.enabled(if: canMount, "mounting needs root and mkfs.ext4"), arguments: [true, false])
    func aKeyFileFromElsewhereIsNotCalledEffaced(isBound: Bool) throws {
        let temporary = try TemporaryDirectory()
        let run = try HoldfastProgram.shell(
            """
            cd "$1"; export holdfast; unshare -m bash -ec '
            mkdir m; truncate -s 64M image; mkfs.ext4 -q image; mount -o loop image m; mkdir m/secrets elsewhere
            mount -t tmpfs none elsewhere
            $holdfast keys init m/store --root-key elsewhere/root.key > log
            \(isBound
                ? "touch m/secrets/root.key; mount --bind elsewhere/root.key m/secrets/root.key"
                : "mv elsewhere/root.key m/secrets/root.key")
            echo x | $holdfast keys seal m/store --root-key m/secrets/root.key --entity a > box
            $holdfast keys shred m/store --root-key m/secrets/root.key --entity a --json'
            """,
            temporary.path
        )
        #expect(run.code == 0, "\(run.output)\(run.error)")
        #expect(run.output.contains(#""unknown_file_system""#) == isBound, "\(run.output)")
        #expect(run.output.contains(isBound ? "unlinked_only" : "effaced"), "\(run.output)")
    }
}
