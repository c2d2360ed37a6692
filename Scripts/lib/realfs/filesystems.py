"""The file systems under test: how each is made and mounted, and which model speaks for it."""

import dataclasses
import os
import subprocess

from . import kernel


@dataclasses.dataclass(frozen=True)
class FileSystem:
    name: str
    kind: str
    options: str
    mebibytes: int
    make: tuple
    # The model whose outcomes bound what may be found. btrfs has none of its own: it is held to what POSIX alone
    # promises, so that only the loss of something synced is a violation.
    model: str
    package: str

    @property
    def description(self):
        return f"{' '.join(self.make)}; mount -o {self.options or 'defaults'}"

    def format(self, device):
        result = subprocess.run([*self.make, device], capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"{self.make[0]} failed: {result.stderr.strip()}")

    def mount(self, device, target):
        if self.kind == "btrfs":
            kernel.forget_btrfs_devices()
        kernel.mount(device, target, self.kind, self.options)


_EXT4 = ("mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0")

# Since Linux 5.6 ext4 writes new blocks as unwritten extents (dioread_nolock) and converts them when the data is there,
# maybe one commit later; `dioread_lock` is how it was before. `noauto_da_alloc` lets a rename overtake the data.
ALL = [
    FileSystem("ext4-ordered", "ext4", "data=ordered", 64, _EXT4, "ext4Ordered", "e2fsprogs"),
    FileSystem(
        "ext4-noauto", "ext4", "data=ordered,noauto_da_alloc", 64, _EXT4, "ext4Ordered", "e2fsprogs"),
    FileSystem(
        "ext4-lock", "ext4", "data=ordered,noauto_da_alloc,dioread_lock", 64, _EXT4, "ext4Ordered", "e2fsprogs"),
    FileSystem("ext4-journal", "ext4", "data=journal", 64, _EXT4, "ext4Ordered", "e2fsprogs"),
    FileSystem("xfs", "xfs", "", 320, ("mkfs.xfs", "-q", "-f", "-K"), "xfs", "xfsprogs"),
    FileSystem("btrfs", "btrfs", "nodiscard", 128, ("mkfs.btrfs", "-q", "-f", "-K"), "posixMinimal", "btrfs-progs"),
]


def install_packages(chosen):
    """Installs what makes the chosen file systems, where it is missing (Debian and its kin)."""
    missing = sorted({
        system.package for system in chosen
        if not any(os.access(os.path.join(place, system.make[0]), os.X_OK)
                   for place in os.get_exec_path() + ["/usr/sbin", "/sbin"])})
    if missing:
        print(f"Installing {' '.join(missing)}", flush=True)
        command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
        result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed; install them by hand. {result.stderr.strip()}")


def unsupported(system):
    """Why this kernel cannot run it, or None."""
    with open("/proc/filesystems", encoding="ascii") as file:
        known = {line.split()[-1] for line in file}
    return None if system.kind in known else f"this kernel has no {system.kind}"
