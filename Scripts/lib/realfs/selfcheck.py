"""The recorder must see what the block layer asks of the device, or nothing found here would mean anything."""

import mmap
import os

from . import recorder
from .recorder import FLUSHED, MARKED, WRITTEN

_SIZE = 16 << 20


def recorder_sees_flushes(directory):
    """Writes, flushes, and writes with forced unit access on a recorded device; says what the log shows."""
    os.makedirs(directory)
    image = os.path.join(directory, "image")
    with open(image, "wb") as file:
        file.truncate(_SIZE)
    device = recorder.Recorder(directory, image)
    try:
        descriptor = os.open(device.device, os.O_RDWR | os.O_DIRECT | os.O_CLOEXEC)
        page = mmap.mmap(-1, recorder.BLOCK)
        page[:] = b"h" * recorder.BLOCK
        try:
            device.restart()
            os.pwritev(descriptor, [page], 0)
            device.mark("written")
            os.fsync(descriptor)
            device.mark("flushed")
            os.pwritev(descriptor, [page], recorder.BLOCK, os.RWF_DSYNC)
            device.mark("written through")
        finally:
            os.close(descriptor)
        log = recorder.read_log(device.log)
        name = os.path.basename(device.device)
        with open(f"/sys/block/{name}/queue/fua", encoding="ascii") as file:
            has_forced_access = file.read().strip() != "0"
    finally:
        device.close()
    parts, part = [], []
    for kind, _, _ in log:
        if kind == MARKED:
            parts.append(part)
            part = []
        else:
            part.append(kind)
    write, flush, through = parts
    if write != [WRITTEN] or set(flush) != {FLUSHED}:
        raise RuntimeError(f"the recorder misses writes or flushes: {parts}")
    if has_forced_access or through[0] != WRITTEN or FLUSHED not in through[1:]:
        raise RuntimeError(f"a write with forced unit access is not flushed: {parts}")
    return "The recorder sees a write as one write, a flush as a flush, and a forced write as a write and a flush."
