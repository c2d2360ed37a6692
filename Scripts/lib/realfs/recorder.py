"""The block recorder: a FUSE file system with one file, whose writes and flushes are logged in order.

A loop device with direct I/O stands on the file, so every request of the block layer arrives here as one or more
WRITE or FSYNC requests (linux/fuse.h; a cache flush becomes fsync, and since the loop driver offers no FUA, the block
layer turns FUA into a write and a flush). Requests are served one at a time: the log's order is an order in which the
device could have completed them, and a request is in the log before whoever waits for it goes on.
"""

import os
import select
import signal
import socket
import stat
import struct

from . import kernel

BLOCK = 4096
WRITE_MAXIMUM = 1 << 20
WRITTEN, FLUSHED, MARKED = b"W", b"F", b"M"
_RECORD = struct.Struct("=cQI")

_HEADER = struct.Struct("=IIQQIIIHH")
_REPLY = struct.Struct("=IiQ")
_ROOT, _FILE = 1, 2
_NAME = b"device"
_ENOENT, _EINVAL, _ENOSYS, _EOPNOTSUPP = 2, 22, 38, 95
LOOKUP, FORGET, GETATTR, SETATTR, OPEN, READ, WRITE, STATFS, RELEASE, FSYNC = 1, 2, 3, 4, 14, 15, 16, 17, 18, 20
FLUSH, INIT, ACCESS, INTERRUPT, DESTROY, BATCH_FORGET, FALLOCATE = 25, 26, 34, 36, 38, 42, 43
_FOPEN_DIRECT_IO = 1
# ASYNC_READ, BIG_WRITES, ASYNC_DIO, MAX_PAGES
_CAPABILITIES = 1 << 0 | 1 << 5 | 1 << 15 | 1 << 22
# fallocate(2): both read as zeros afterwards, which is how the loop driver asks for zeros.
_KEEP_SIZE, _PUNCH_HOLE, _ZERO_RANGE = 1, 2, 16


class Recorder:
    """A recorded device: `image` is what it holds, `device` the block device to use, `log` what happened to it."""

    def __init__(self, directory, image):
        self.image, self.log = image, os.path.join(directory, "log")
        mountpoint = os.path.join(directory, "recorder")
        os.makedirs(mountpoint, exist_ok=True)
        fuse = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={fuse},rootmode=40700,user_id=0,group_id=0"
        # Before there is a server: reading from a connection that is not mounted is an error.
        kernel.mount("holdfast-recorder", mountpoint, "fuse", options)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._child = os.fork()
        if self._child == 0:
            code = 70
            # It ends when its control socket does: a file system above it may still have to be unmounted.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            try:
                self._control.close()
                _Server(fuse, theirs, image, self.log).serve()
                code = 0
            finally:
                os._exit(code)
        theirs.close()
        self.mountpoint = mountpoint
        os.close(fuse)
        self._loop = kernel.Loop(os.path.join(mountpoint, _NAME.decode()), direct=True)
        self.device = self._loop.path

    def mark(self, text):
        """Writes a line into the log: all that was completed before stands before it."""
        self._ask(b"M" + text.encode())

    def restart(self):
        """Begins an empty log, after the image was changed from below."""
        self._ask(b"R")
        self._loop.drop_cache()

    def _ask(self, message):
        self._control.send(message)
        if self._control.recv(16) != b"done":
            raise RuntimeError("the recorder has died")

    def close(self):
        self._loop.close()
        try:
            kernel.unmount(self.mountpoint, lazily=True)
        except OSError:
            pass
        self._control.close()
        if self._child:
            os.waitpid(self._child, 0)
            self._child = 0


class _Server:
    """The recorder's own process: it must not wait for itself, as a thread of the one that mounts could."""

    def __init__(self, fuse, control, image, log):
        self.fuse, self.control = fuse, control
        self.image = os.open(image, os.O_RDWR | os.O_CLOEXEC)
        self.size = os.fstat(self.image).st_size
        self.log = os.open(log, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)

    def serve(self):
        poll = select.poll()
        poll.register(self.fuse, select.POLLIN)
        poll.register(self.control, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self.control.fileno():
                    message = self.control.recv(1 << 16)
                    if not message:
                        return
                    self.command(message)
                else:
                    try:
                        request = os.read(self.fuse, WRITE_MAXIMUM + BLOCK)
                    except OSError:
                        return
                    self.request(request)

    def command(self, message):
        if message[:1] == b"R":
            os.ftruncate(self.log, 0)
            os.lseek(self.log, 0, os.SEEK_SET)
        else:
            self.record(MARKED, 0, message[1:])
        self.control.send(b"done")

    def record(self, kind, offset, data=b""):
        os.write(self.log, _RECORD.pack(kind, offset, len(data)) + data)

    def request(self, request):
        _, operation, unique, node, *_ = _HEADER.unpack_from(request)
        body = memoryview(request)[_HEADER.size:]
        if operation in (FORGET, BATCH_FORGET, INTERRUPT):
            return
        answer = self.answer(operation, node, body)
        error, data = (-answer, b"") if isinstance(answer, int) else (0, answer)
        os.writev(self.fuse, [_REPLY.pack(_REPLY.size + len(data), error, unique), data])

    def answer(self, operation, node, body):
        """The reply's bytes, or an error number."""
        if operation == WRITE:
            _, offset, size, *_ = struct.unpack_from("=QQI", body)
            data = body[40:40 + size]
            os.pwrite(self.image, data, offset)
            self.record(WRITTEN, offset, data.tobytes())
            return struct.pack("=II", size, 0)
        if operation == FSYNC:
            self.record(FLUSHED, 0)
            return b""
        if operation == READ:
            _, offset, size, *_ = struct.unpack_from("=QQI", body)
            return os.pread(self.image, size, offset)
        if operation == FALLOCATE:
            _, offset, length, mode = struct.unpack_from("=QQQI", body)
            if mode & ~_KEEP_SIZE != _ZERO_RANGE and mode != _PUNCH_HOLE | _KEEP_SIZE:
                return _EOPNOTSUPP
            for start in range(offset, offset + length, WRITE_MAXIMUM):
                zeros = bytes(min(WRITE_MAXIMUM, offset + length - start))
                os.pwrite(self.image, zeros, start)
                self.record(WRITTEN, start, zeros)
            return b""
        if operation == LOOKUP:
            if node != _ROOT or body.tobytes() != _NAME + b"\0":
                return _ENOENT
            return struct.pack("=QQQQII", _FILE, 0, 3600, 3600, 0, 0) + self.attributes(_FILE)
        if operation in (GETATTR, SETATTR):
            return struct.pack("=QII", 3600, 0, 0) + self.attributes(node)
        if operation == OPEN:
            return struct.pack("=QIi", 1, _FOPEN_DIRECT_IO, 0)
        if operation == INIT:
            major, minor = struct.unpack_from("=II", body)
            reply = struct.pack(
                "=IIIIHHIIHHI", 7, min(minor, 38), 0, _CAPABILITIES, 64, 48, WRITE_MAXIMUM, 1,
                WRITE_MAXIMUM // BLOCK, 0, 0)
            return reply.ljust(64, b"\0") if major == 7 else _EINVAL
        if operation == STATFS:
            blocks = self.size // BLOCK
            return struct.pack("=QQQQQIIII", blocks, 0, 0, 1, 0, BLOCK, 255, BLOCK, 0).ljust(80, b"\0")
        if operation in (RELEASE, FLUSH, ACCESS, DESTROY):
            return b""
        return _ENOSYS

    def attributes(self, node):
        mode, size = (stat.S_IFREG | 0o600, self.size) if node == _FILE else (stat.S_IFDIR | 0o700, 0)
        return struct.pack("=6Q10I", node, size, size // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, BLOCK, 0)


def read_log(path):
    """The log as a list of (kind, offset, data)."""
    with open(path, "rb") as file:
        content = file.read()
    records, position = [], 0
    while position < len(content):
        kind, offset, length = _RECORD.unpack_from(content, position)
        position += _RECORD.size
        records.append((kind, offset, content[position:position + length]))
        position += length
    return records
