"""System calls that Python has no names for: mounts, loop devices, and writeback of one file system or one file."""

import ctypes
import fcntl
import os
import struct
import tempfile
import uuid

_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x0002_0000
MS_NOSUID, MS_NODEV, MS_NOATIME, MS_BIND, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x400, 0x1000, 0x4000, 0x4_0000
BOOT_ID = "/proc/sys/kernel/random/boot_id"
MNT_DETACH = 2

# linux/loop.h
LOOP_CONTROL_GET_FREE, LOOP_CONFIGURE, LOOP_CLEAR = 0x4C82, 0x4C0A, 0x4C01
LO_FLAGS_AUTOCLEAR, LO_FLAGS_DIRECT_IO = 4, 16
# linux/fs.h, linux/btrfs.h
BLKFLSBUF = 0x1261
BTRFS_IOC_FORGET_DEV = 0x5000_9405
SYNC_FILE_RANGE_ALL = 7
PR_SET_PDEATHSIG = 1


def _checked(result, what):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{os.strerror(code)}: {what}")
    return result


def _bytes(text):
    return None if text is None else os.fsencode(text)


def enter_mount_namespace():
    """Every mount made from here on is this process's own, and ends with it."""
    _checked(_libc.unshare(CLONE_NEWNS), "unshare")
    _checked(_libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "make mounts private")


def end_with_parent(number):
    """This process gets the signal when the one that forked it is gone."""
    _checked(_libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0), "prctl")


def mount(source, target, kind, options="", flags=MS_NOSUID | MS_NODEV):
    _checked(
        _libc.mount(_bytes(source), _bytes(target), _bytes(kind), ctypes.c_ulong(flags), _bytes(options)),
        f"mount {kind} on {target} with {options or 'no options'}")


def unmount(target, lazily=False):
    _checked(_libc.umount2(_bytes(target), MNT_DETACH if lazily else 0), f"unmount {target}")


class OtherBoot:
    """Lets what runs in this process's mount namespace find itself in another boot of the machine."""

    def __init__(self):
        self._file = tempfile.NamedTemporaryFile("w", prefix="holdfast-boot-id-")
        self._file.write(f"{uuid.uuid4()}\n")
        self._file.flush()
        self._has_begun = False

    def begin(self):
        if not self._has_begun:
            mount(self._file.name, BOOT_ID, None, flags=MS_BIND)
            self._has_begun = True

    def end(self):
        if self._has_begun:
            unmount(BOOT_ID)
            self._has_begun = False


def sync_file_system(path):
    """Writes back everything dirty on the file system that holds `path`, and waits (syncfs)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _checked(_libc.syncfs(descriptor), f"syncfs {path}")
    finally:
        os.close(descriptor)


def write_back_data(path):
    """Writes back the dirty pages of one file and waits, with no commit and no flush (sync_file_range)."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        zero = ctypes.c_int64(0)
        _checked(_libc.sync_file_range(descriptor, zero, zero, SYNC_FILE_RANGE_ALL), f"sync_file_range {path}")
    finally:
        os.close(descriptor)


class Loop:
    """A loop device over a file. It goes away with the last descriptor on it, so a killed script leaves none."""

    def __init__(self, path, direct=False):
        control = os.open("/dev/loop-control", os.O_RDWR | os.O_CLOEXEC)
        backing = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            for _ in range(64):
                number = fcntl.ioctl(control, LOOP_CONTROL_GET_FREE)
                self.path = f"/dev/loop{number}"
                self.descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
                flags = LO_FLAGS_AUTOCLEAR | (LO_FLAGS_DIRECT_IO if direct else 0)
                # struct loop_config { fd, block_size, struct loop_info64 { ... lo_flags ... }, reserved }
                information = struct.pack("=5Q4I", 0, 0, 0, 0, 0, 0, 0, 0, flags).ljust(232, b"\0")
                config = (struct.pack("=II", backing, 512) + information).ljust(304, b"\0")
                try:
                    fcntl.ioctl(self.descriptor, LOOP_CONFIGURE, config)
                    return
                except OSError as error:
                    # Somebody else took the free number in between.
                    os.close(self.descriptor)
                    if error.errno != 16:
                        raise
            raise OSError(16, "no loop device stayed free")
        finally:
            os.close(backing)
            os.close(control)

    def drop_cache(self):
        """Forgets what the kernel has cached of the device, after its file was changed from below."""
        fcntl.ioctl(self.descriptor, BLKFLSBUF)

    def close(self):
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def forget_btrfs_devices():
    """Makes btrfs forget unmounted devices: it would refuse an older image of a file system it has seen newer."""
    try:
        control = os.open("/dev/btrfs-control", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        fcntl.ioctl(control, BTRFS_IOC_FORGET_DEV, bytearray(4096))
    finally:
        os.close(control)
