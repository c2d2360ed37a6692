"""One file system on the recorded device: made once, then put back to its start before every recording."""

import os

from . import kernel, recorder
from .scratch import BaseImage, Scratch


class Session:
    """Runs workloads on a recorded file system and looks at what cuts of them leave."""

    def __init__(self, system, directory):
        self.system = system
        os.makedirs(directory)
        image = os.path.join(directory, "image")
        with open(image, "wb") as file:
            file.truncate(system.mebibytes << 20)
        self.target = os.path.join(directory, "mount")
        os.makedirs(self.target)
        self._is_mounted = False
        self._scratch = None
        self._recorder = recorder.Recorder(directory, image)
        try:
            system.format(self._recorder.device)
            self._mount()
            # A file beside the workload's own, whose sync commits a shared journal and nothing else.
            os.mkdir(self.push)
            with open(self._other, "wb") as file:
                file.write(b"0")
            os.mkdir(self.work)
            self._unmount()
            self.base = BaseImage(image)
            self._scratch = Scratch(directory, system, self.base)
        except BaseException:
            self.close()
            raise

    push = property(lambda self: os.path.join(self.target, "push"))
    work = property(lambda self: os.path.join(self.target, "work"))
    _other = property(lambda self: os.path.join(self.push, "other"))

    def _mount(self):
        self.system.mount(self._recorder.device, self.target)
        self._is_mounted = True

    def _unmount(self):
        if self._is_mounted:
            self._is_mounted = False
            kernel.unmount(self.target)

    def record(self, workload):
        """Runs `workload(self)` from the start state; returns the log up to its end."""
        self.base.write(self._recorder.image)
        self._recorder.restart()
        self._mount()
        try:
            workload(self)
            return recorder.read_log(self._recorder.log)
        finally:
            self._unmount()

    def mark(self, text):
        self._recorder.mark(text)

    def act(self, name):
        """Something the kernel may do by itself at any time: `commit`, `data`, or both and more: `sync`."""
        if name == "commit":
            with open(self._other, "r+b", buffering=0) as file:
                number = int(file.read()) + 1
                file.seek(0)
                file.write(str(number).encode())
                os.fsync(file.fileno())
        elif name == "data":
            for directory, _, names in os.walk(self.work):
                for name in names:
                    kernel.write_back_data(os.path.join(directory, name))
        elif name == "sync":
            kernel.sync_file_system(self.target)
        else:
            raise ValueError(name)

    def examine(self, image, look):
        """What `look` says of the workload's directory after a cut; begins with a colon when it cannot be reached."""
        return self._scratch.examine(image, lambda target: look(os.path.join(target, "work")))

    def keep(self, image, path):
        """Writes the image as it is before anybody mounts it."""
        self._scratch.build(image, path)

    def close(self):
        try:
            self._unmount()
        except OSError:
            kernel.unmount(self.target, lazily=True)
        if self._scratch:
            self._scratch.close()
        self._recorder.close()
