"""Base images, and the scratch device on which crash images are built and mounted one after another."""

import os

from . import kernel
from .images import SECTOR

CHUNK = 4096


class BaseImage:
    """The content of a device before recording: its blocks that are not zero."""

    def __init__(self, path):
        self.size = os.path.getsize(path)
        self.blocks = {}
        descriptor = os.open(path, os.O_RDONLY)
        zero = bytes(CHUNK)
        position = 0
        try:
            while position < self.size:
                try:
                    position = os.lseek(descriptor, position, os.SEEK_DATA)
                    end = os.lseek(descriptor, position, os.SEEK_HOLE)
                except OSError:
                    break
                for offset in range(position // CHUNK * CHUNK, end, CHUNK):
                    block = os.pread(descriptor, CHUNK, offset)
                    if block != zero:
                        self.blocks[offset // CHUNK] = block
                position = end
        finally:
            os.close(descriptor)
        self.extents = joined((number * CHUNK, block) for number, block in sorted(self.blocks.items()))

    def sector(self, number):
        block = self.blocks.get(number * SECTOR // CHUNK)
        if block is None:
            return bytes(SECTOR)
        start = number * SECTOR % CHUNK
        return block[start:start + SECTOR]

    def write(self, path, *writes):
        """Makes a sparse file hold the base and, over it, the writes in order."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(descriptor, 0)
            os.ftruncate(descriptor, self.size)
            for group in (self.extents, *writes):
                for offset, data in group:
                    os.pwrite(descriptor, data, offset)
        finally:
            os.close(descriptor)


def joined(pieces):
    """Neighbouring (offset, data) pairs as one."""
    result, end, parts = [], -1, []
    for offset, data in pieces:
        if offset != end:
            parts = []
            result.append((offset, parts))
        parts.append(data)
        end = offset + len(data)
    return [(offset, b"".join(parts)) for offset, parts in result]


class Scratch:
    """A plain loop device over a file in memory, mounted once an image."""

    def __init__(self, directory, system, base):
        self.system, self.base = system, base
        self.path = os.path.join(directory, "scratch")
        self.target = os.path.join(directory, "scratch-mount")
        os.makedirs(self.target, exist_ok=True)
        base.write(self.path)
        self._loop = kernel.Loop(self.path)
        self._epoch, self._durable = None, []

    def build(self, image, path):
        """Writes an image, as the cut leaves it, into a file."""
        if self._epoch is not image.epoch:
            self._epoch = image.epoch
            self._durable = joined((s * SECTOR, content) for s, content in sorted(image.epoch.durable.items()))
        self.base.write(path, self._durable, image.writes)

    def examine(self, image, look):
        """Mounts an image as a reboot would, and returns what `look` says, or a line that begins with a colon."""
        self.build(image, self.path)
        self._loop.drop_cache()
        try:
            self.system.mount(self._loop.path, self.target)
        except OSError as error:
            return f": does not mount ({os.strerror(error.errno)})"
        try:
            return look(self.target)
        finally:
            kernel.unmount(self.target)

    def close(self):
        self._loop.close()
